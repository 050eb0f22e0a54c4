// An OpenID Connect provider for tests: `node provider.mjs CONFIGURATION`, a JSON document with `port`, `clients` and
// `accounts` (claims by subject). Its keys are new at each start. It demands PKCE, and ES512 where a client signs.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const modules = createRequire(`${process.env.NODE_MODULES}/`);
const { default: Provider } = await import(pathToFileURL(modules.resolve("oidc-provider")));

const { port, clients, accounts } = JSON.parse(process.argv[2]);

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys: [newKey()] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  enabledJWA: { clientAuthSigningAlgValues: ["ES512"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], jangkau: ["roles", "unit"] },
  scopes: ["openid", "email", "profile", "jangkau"],
  findAccount: (_context, id) =>
    accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
});

provider.listen(port, "127.0.0.1", () => console.log("ready"));
