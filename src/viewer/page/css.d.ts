// Vite turns an imported style sheet into a file of its own; to TypeScript it is a module without exports.
declare module "*.css";
