#!/usr/bin/env bash
# minio 8.0.7, @aws-lite/client 0.23.7, @aws-lite/s3 0.2.7 (npm)
#
# Behaviour: a key that looks like a number is listed as that number. minio does it in listObjectsV2(), and makes a text
# of it again; in listObjects() it does not. @aws-lite/s3 gives numbers, and true, false and null as such. The listed
# name is then no object's, or another one's: "007" beside "7" is listed as "7" twice.
# Seen:       listObjects     listObjectsV2   @aws-lite/s3
#   007       007             7               7 (number)
#   7         7               7               7 (number)
#   1.50      1.50            1.5             1.5 (number)
#   0         0               (empty)         0 (number)
#   1e3       1e3             1e3             1000 (number)
#   null      null            null            null (object)
# Expected: the keys, as texts.
# What to do: list with listObjects(), or give every key a part that is no number, such as an extension or a prefix.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
node_packages minio@8.0.7 @aws-lite/client@0.23.7 @aws-lite/s3@0.2.7

cat >look.mjs <<'JS'
import { createServer } from "node:http";
import awsLite from "@aws-lite/client";
import s3 from "@aws-lite/s3";
import { Client } from "minio";
const KEYS = ["007", "7", "1.50", "0", "1e3", "null"];
const more = `<LastModified>2026-11-30T00:00:00.000Z</LastModified><ETag>"0"</ETag><Size>1</Size>`;
const object = (key) => `<Contents><Key>${key}</Key>${more}</Contents>`;
const list = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>some.bucket</Name><Prefix></Prefix>
<KeyCount>${KEYS.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>
${KEYS.map(object).join("")}</ListBucketResult>`;
const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "application/xml" }).end(list);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const { port } = server.address();
const keys = { region: "us-east-1", endPoint: "127.0.0.1", port, useSSL: false };
const minio = new Client({ ...keys, accessKey: "example", secretKey: "example" });
const names = async (objects) => {
  const found = [];
  for await (const { name } of objects) found.push(name);
  return found;
};
const aws = await awsLite({
  accessKeyId: "example",
  secretAccessKey: "example",
  region: "us-east-1",
  endpoint: `http://127.0.0.1:${port}`,
  plugins: [s3],
  autoloadPlugins: false,
  verifyService: false,
});
const first = await names(minio.listObjects("some.bucket", "", true));
const second = await names(minio.listObjectsV2("some.bucket", "", true));
const third = (await aws.S3.ListObjectsV2({ Bucket: "some.bucket" })).Contents.map(({ Key }) => Key);
KEYS.forEach((_, at) => console.log(`${first[at]}, ${second[at]}, ${third[at]} (${typeof third[at]})`));
server.close();
server.closeAllConnections();
JS
node look.mjs >seen
what="listObjects, listObjectsV2, @aws-lite/s3"
still "007: $what" "007, 7, 7 (number)" "$(sed -n 1p seen)"
still "7: $what" "7, 7, 7 (number)" "$(sed -n 2p seen)"
still "1.50: $what" "1.50, 1.5, 1.5 (number)" "$(sed -n 3p seen)"
still "0: $what" "0, , 0 (number)" "$(sed -n 4p seen)"
still "1e3: $what" "1e3, 1e3, 1000 (number)" "$(sed -n 5p seen)"
still "null: $what" "null, null, null (object)" "$(sed -n 6p seen)"
