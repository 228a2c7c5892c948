// What two validators say of sealed files: one that is written in TypeScript alone, and a later build of the library
// that sealed them. Arguments: a directory with these packages installed, and a JSON file that says what to look at,
// {"trust_anchors": PEM, "files": [{"name", "media_type", "path"}]}. Answers on standard output, by name.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [directory, task] = process.argv.slice(2);
const { trust_anchors: anchors, files } = JSON.parse(await readFile(task, 'utf8'));

const packages = join(directory, 'node_modules');
// A package that comes with the first one asks for it, and not always is it loaded before that package.
await import(pathToFileURL(join(packages, 'reflect-metadata', 'Reflect.js')));
const wasmPackage = join(packages, '@contentauth', 'c2pa-wasm', 'pkg');
const wasm = await import(pathToFileURL(join(wasmPackage, 'c2pa.js')));
await wasm.default({ module_or_path: await readFile(join(wasmPackage, 'c2pa_bg.wasm')) });

const inside = (name) => import(pathToFileURL(join(packages, '@trustnxt', 'c2pa-ts', 'dist', name, 'index.js')));
const { BMFF, JPEG, MP3, PNG } = await inside('asset');
const { SuperBox } = await inside('jumbf');
const { ManifestStore, ValidationResult } = await inside('manifest');

const settings = JSON.stringify({
    trust: { user_anchors: anchors, trust_config: '1.3.6.1.4.1.62558.2.1' },
    core: { allowed_network_hosts: [] },
    verify: { verify_after_reading: true, verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false },
});

async function laterBuild(bytes, mediaType) {
    try {
        const reader = await wasm.WasmReader.fromBytes(mediaType, bytes, settings);
        const report = JSON.parse(reader.json());
        reader.free();
        const found = report.validation_results.activeManifest;
        return {
            state: report.validation_state,
            failures: found.failure.map(({ code }) => code),
            successes: found.success.map(({ code }) => code),
        };
    } catch (error) {
        return { error: String(error.message ?? error) };
    }
}

async function anotherHand(bytes) {
    const format = [JPEG, PNG, BMFF, MP3].find((one) => one.canRead(bytes));
    if (format === undefined) return { error: 'no format that it reads' };
    try {
        const asset = new format(bytes);
        const jumbf = asset.getManifestJUMBF();
        if (!jumbf) return { error: 'no manifest where it looks for one' };
        let result;
        try {
            result = await ManifestStore.read(SuperBox.fromBuffer(jumbf)).validate(asset);
        } catch (error) {
            result = ValidationResult.fromError(error);
        }
        return {
            state: result.isValid ? 'Valid' : 'Invalid',
            failures: result.statusEntries.filter(({ success }) => !success).map(({ code }) => code),
            successes: result.statusEntries.filter(({ success }) => success).map(({ code }) => code),
        };
    } catch (error) {
        return { error: String(error.message ?? error) };
    }
}

const answers = {};
for (const { name, media_type: mediaType, path } of files) {
    const bytes = new Uint8Array(await readFile(path));
    answers[name] = { 'c2pa-wasm': await laterBuild(bytes, mediaType), 'c2pa-ts': await anotherHand(bytes) };
}
console.log(JSON.stringify(answers));
process.exit(0);
