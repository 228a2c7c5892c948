"""The public doors: what people and programs without a login may ask. They keep nothing of what they are sent.

`resolution` is the C2PA Soft Binding Resolution API, `lookup` says what is known by digest, event and manifest,
`verify` looks into a file. They run apart from the console (`sealstream doors`), so that what the public reaches
holds no session and no page of those who decide.
"""
