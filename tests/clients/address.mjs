/* Before a bot on discord.js that is run as it is shipped: node --import address.mjs BOT. Its library talks to BOT_API instead of Discord. */

import { createRequire } from "node:module";
import { join } from "node:path";

// the copy that the bot itself will load, as ES module and as CommonJS one
const own = createRequire(join(process.cwd(), "bot.js"));
const { DefaultRestOptions } = own("@discordjs/rest");
const { DefaultRestOptions: ofModules } = await import(own.resolve("@discordjs/rest").replace(/\.js$/, ".mjs"));

for (const options of [DefaultRestOptions, ofModules])
        options.api = process.env.BOT_API;
