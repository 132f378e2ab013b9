// The licences of all packages that the bundles contain: those that the lock file does not mark as tools of development.
import { readFileSync, readdirSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [folder, { version, dev }] of Object.entries(packages)) {
  if (!folder || dev) continue;
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  console.log(`${folder.replace("node_modules/", "")} ${version}\n\n${readFileSync(`${folder}/${name}`, "utf8").trim()}\n`);
}
