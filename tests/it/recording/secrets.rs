//! What is secret in a session does not come into its recording.

use std::fs::read_to_string;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{block_on, check, end, goes_through_har, lines, recorded};
use crate::mockforge::Serving;

const JWT: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEtbG92ZWxhY2UiLCJpYXQiOjE3MDUzMTQ2MDB9.Qm9vbGVhbl9sb2dpY19pc19mdW5fMTIzNDU2Nzg5MA";

/// What may not be written, and how it is said.
const SECRETS: [&str; 6] =
    [JWT, "bearer-of-good-news-77", "c00kie-monster-12", "query-t0ken-5", "p4ssword of Ada", "k3y-in-bytes"];

#[test]
fn no_secret_is_written() {
    let [jwt, bearer, cookie, query, password, key] = SECRETS;
    for correlate in [false, true] {
        let directory = tempfile::tempdir().expect("a directory");
        // It says each of them again.
        let upstream = Serving::start(directory.path(), &["--echo-prefix", ""]);
        let args = [&["--out", "login.jsonl", "-n", "1"][..], if correlate { &["--correlate"] } else { &[] }];
        let recording = Serving::record(directory.path(), upstream.origin(), &args.concat());
        let url = format!("{}/ws?access_token={query}&v=2", recording.origin());
        let mut request = url.into_client_request().expect("a URL");
        for (name, value) in [
            ("authorization", format!("Bearer {bearer}")),
            ("cookie", format!("theme=dark; session={cookie}")),
        ] {
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        let sent = [
            Message::text(json!({ "type": "login", "id": 7, "jwt": jwt, "password": password }).to_string()),
            Message::text(format!("plain {jwt}; {bearer}, {cookie} and {query} again")),
            Message::text(json!({ "nested": json!({ "password": password }).to_string() }).to_string()),
            Message::binary(format!("{{\"apiKey\":\"{key}\"}}").into_bytes()),
            Message::binary([b"\xff\x00", jwt.as_bytes()].concat()),
        ];
        block_on(async {
            let (mut client, _) = connect_async(request).await.expect("the recorder accepts");
            for message in &sent {
                client.send(message.clone()).await.expect("the recorder reads");
                let answer = client.next().await.expect("an answer").expect("a message");
                assert_eq!(answer, *message, "what is recorded is passed on as it is");
            }
            client.close(None).await.expect("the recorder is there");
            while client.next().await.is_some() {}
        });
        let told = recorded(recording);
        end(upstream);

        let path = directory.path().join("login.jsonl");
        let written = read_to_string(&path).expect("the recording is there");
        for secret in SECRETS {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for part in (0..=secret.len() - 8).map(|at| &secret[at..at + 8]) {
                assert!(!written.contains(part) && !told.contains(part), "{part} is in {written}{told}");
            }
            for part in (0..=hex.len() - 16).step_by(2).map(|at| &hex[at..at + 16]) {
                assert!(!written.contains(part), "{part} is in {written}");
            }
        }
        assert!(lines(&path).iter().all(|line| line["base64"].is_null()), "no bytes are hidden in base64");
        check(directory.path(), "login.jsonl");
        if !correlate {
            goes_through_har(directory.path(), "login.jsonl");
        }
    }
}
