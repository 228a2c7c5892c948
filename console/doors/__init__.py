"""The public doors: what people and programs without a login may ask. Files that they are sent are kept nowhere.

`resolution` is the C2PA Soft Binding Resolution API, `lookup` says what is known by digest, event and manifest,
`verify` looks into a file, `complaints` takes complaints. They run apart from the console (`sealstream doors`), so that
what the public reaches holds no session and no page of those who decide.
"""
