//! RFC 6455 by the cases of the Autobahn Testsuite, as kosoku (PyPI) runs them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::mockforge::Serving;
use crate::peer::Peer;

/// The limit that the suite's largest messages need is that of these routes; all else is as it usually is.
const ROUTES: &str = r#"
websocket:
  max_message_size: 16777216
  routes:
    - { path: /echo, echo: { prefix: "" } }
    - { path: /rule, interactive: { rules: [{ on: { any: [{ type: text }, { type: binary }] }, reply: echo }] } }
"#;

/// Sections 12 and 13 are about compression, which tungstenite does not have.
const CASES: [&str; 4] = ["-x", "12.*", "-x", "13.*"];

/// How many cases there are beside.
const COUNT: usize = 301;

/// Those that are not plainly OK. In 6.4.3 and 6.4.4 a text message comes in pieces, and bytes in its middle are no
/// UTF-8: it is refused when the whole frame is there, which the RFC allows, rather than at the first bad byte. The others
/// only tell how an endpoint behaves.
const OTHERS: [(&str, &str); 5] = [
    ("6.4.3", "NON-STRICT"),
    ("6.4.4", "NON-STRICT"),
    ("7.1.6", "INFORMATIONAL"),
    ("7.13.1", "INFORMATIONAL"),
    ("7.13.2", "INFORMATIONAL"),
];

#[test]
fn every_case_of_the_rfc_is_handled() {
    if !Peer::Python.has("kosoku") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mockforge.yaml"), ROUTES).expect("the folder is there");
    let server = Serving::start(folder.path(), &[]);
    for route in ["/echo", "/rule"] {
        let results = run(&format!("{}{route}", server.origin()), &folder.path().join("reports"));
        assert_eq!(results.len(), COUNT, "{route}");
        let others: Vec<(&str, &str)> = results
            .iter()
            .filter(|(_, result)| *result != "OK")
            .map(|(case, result)| (case.as_str(), result.as_str()))
            .collect();
        assert_eq!(others, OTHERS, "{route}");
    }
}

/// How each case ended, the closing handshake where that was worse than the rest.
fn run(url: &str, reports: &Path) -> BTreeMap<String, String> {
    let output = Peer::Python
        .tool("kosoku")
        .args([url, "-p", "4", "-o"])
        .arg(reports)
        .args(CASES)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let index = std::fs::read(reports.join("index.json")).unwrap_or_else(|error| panic!("{error}: {said}"));
    let index: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_slice(&index).expect("the report is JSON");
    let (_, cases) = index.into_iter().next().unwrap_or_else(|| panic!("no agent in the report: {said}"));
    let result = |case: &Value| {
        let (behavior, close) = (&case["behavior"], &case["behaviorClose"]);
        let worse = if behavior == "OK" { close } else { behavior };
        worse.as_str().expect("a result").to_string()
    };
    cases.iter().map(|(case, told)| (case.clone(), result(told))).collect()
}
