// What others publish of networks: members of exchanges, and whose addresses are whose. And the YAML that people write.
export { allowedNames, parseYaml, type Refuse, refuseTwins, type YamlFile } from "./yamlFile.ts";
