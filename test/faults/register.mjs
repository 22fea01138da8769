import { register } from "node:module";

register("./sabotage.mjs", import.meta.url);
