//! resolver ROOT VALUE FILE TYPE ANCHORS: what encypher-c2pa finds for a file at the Soft Binding API of a host.
//!
//! By `GET` and `POST` of a fingerprint, and by the file itself; a JSON document, by the name of the way.

use std::{env, fs};

use encypher_c2pa::{
    resolve_soft_binding, SoftBindingDisclosureConsent, SoftBindingQuery, SoftBindingResolverOptions, VerifyOptions,
};
use serde_json::{json, Map, Value};

const ALGORITHM: &str = "io.iscc.v0";

fn main() {
    let said: Vec<String> = env::args().skip(1).collect();
    let [root, value, file, kind, anchors] = said.as_slice() else {
        panic!("resolver ROOT VALUE FILE TYPE ANCHORS");
    };
    let body = fs::read(file).expect("the file");
    let verify = VerifyOptions {
        online: Some(true),
        trust_pem: Some(fs::read_to_string(anchors).expect("the anchors")),
        ..VerifyOptions::default()
    };
    let options = SoftBindingResolverOptions {
        allowed_origins: vec![root.clone()],
        allow_private_networks: true,
        ..SoftBindingResolverOptions::default()
    };
    let alg = || ALGORITHM.to_string();
    let asked = [
        ("get", SoftBindingQuery::BindingGet { alg: alg(), value: value.clone() }),
        ("post", SoftBindingQuery::BindingPost { alg: alg(), value: value.clone() }),
        (
            "content",
            SoftBindingQuery::Content {
                alg: Some(alg()),
                hint_alg: None,
                hint_value: None,
                consent: SoftBindingDisclosureConsent::UploadAsset,
            },
        ),
    ];
    let mut told = Map::new();
    for (name, query) in &asked {
        let found = match resolve_soft_binding(&body, kind, root, query, &verify, &options) {
            Ok(found) => found.recovered.iter().map(|one| {
                json!({
                    "manifest_id": one.matched.manifest_id,
                    "score": one.matched.similarity_score,
                    "size": one.manifest_store.len(),
                    "state": one.report.validation_state,
                    "signature": one.report.signature,
                    "hard_binding": one.report.hard_binding,
                })
            }).collect::<Value>(),
            Err(error) => json!({ "error": error.to_string() }),
        };
        told.insert(name.to_string(), found);
    }
    println!("{}", Value::Object(told));
}
