/*
 * What the benchmark compares with: a bot on discord.js that answers /tickets show-ping from the same row of the same database, in the usual
 * way of such bots. Environment: BENCH_API (…/api), BENCH_TOKEN, BENCH_PG_HOST (directory of the socket), BENCH_PG_USER, BENCH_PG_DATABASE,
 * BENCH_SQL (the daemon's own statement). Writes "ready" when it is.
 */

import { Client, Events, GatewayIntentBits, MessageFlags } from "discord.js";
import pg from "pg";

const pool = new pg.Pool({
        host: process.env.BENCH_PG_HOST, user: process.env.BENCH_PG_USER, database: process.env.BENCH_PG_DATABASE, max: 2,
});
const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: process.env.BENCH_API } });

client.on(Events.InteractionCreate, async (interaction) => {
        if (!interaction.isChatInputCommand())
                return;
        const { rows } = await pool.query({ name: "facts", text: process.env.BENCH_SQL, values: [interaction.guildId, null], rowMode: "array" });
        const [support, recruitment] = rows[0].slice(11, 13);
        const role = (id) => (id ? `<@&${id}>` : "no ping role");
        await interaction.reply({
                content: `Support: ${role(support)}\nRecruitment: ${role(recruitment)}`,
                flags: MessageFlags.Ephemeral, allowedMentions: { parse: [] },
        });
});
client.once(Events.ClientReady, () => console.log("ready"));
await pool.query("SELECT 1");
await client.login(process.env.BENCH_TOKEN);
