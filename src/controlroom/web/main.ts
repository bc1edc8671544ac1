// Starts the control room's page.
import "uplot/dist/uPlot.min.css";
import "./theme.css";
import { mount } from "svelte";
import App from "./App.svelte";

const target = document.querySelector("#room");
if (target) mount(App, { target });
