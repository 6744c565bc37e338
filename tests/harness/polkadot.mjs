// sr25519 by polkadot-js: `sign SEED MESSAGE` or `verify ADDRESS MESSAGE SIGNATURE`, hex without 0x; prints JSON.
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.RIGGER_TEST_NPM}/package.json`);
const { cryptoWaitReady, encodeAddress, decodeAddress, sr25519PairFromSeed, sr25519Sign, sr25519Verify } =
    require('@polkadot/util-crypto');
const { hexToU8a, stringToU8a, u8aToHex } = require('@polkadot/util');

await cryptoWaitReady();
const [command, ...rest] = process.argv.slice(2);
if (command === 'sign') {
    const pair = sr25519PairFromSeed(hexToU8a(`0x${rest[0]}`));
    const signature = sr25519Sign(stringToU8a(rest[1]), pair);
    console.log(JSON.stringify({ address: encodeAddress(pair.publicKey, 42), signature: u8aToHex(signature).slice(2) }));
} else {
    const valid = sr25519Verify(stringToU8a(rest[1]), hexToU8a(`0x${rest[2]}`), decodeAddress(rest[0]));
    console.log(JSON.stringify({ valid }));
}
