//! The proxies that the environment names, on the way to the server.

use serde_json::{Value, json};

use super::{frame, say, upgraded};
use crate::mockforge::Serving;
use crate::peer::Peer;
use crate::program::{Program, Upstream};

/// Connects to `host` with variables in which `{http}` and `{socks}` stand for the ports of the two proxies;
/// `way` is the one that is taken.
fn check(host: &str, variables: &[(&str, &str)], way: Option<&str>) {
    if !Peer::Node.has("ws") {
        return;
    }
    let upstream = Upstream::start(Peer::Node, &[]);
    let mut proxies = Program::start(&mut Peer::Node.program("ways-out"));
    let ports = proxies.line();
    let fill = |text: &str| {
        text.replace("{http}", &ports["http"].to_string()).replace("{socks}", &ports["socks"].to_string())
    };
    let filled: Vec<(&str, String)> = variables.iter().map(|(name, value)| (*name, fill(value))).collect();
    let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("ws://{host}:{}", upstream.port);
    let server = Serving::start_with(directory.path(), &["--proxy", &url], &filled);
    let mut client = upgraded(&server);
    say(&mut client, "hello");
    assert_eq!(frame(&mut client), Some((0x81, b"hello".to_vec())), "{variables:?}");
    let taken: Vec<Value> =
        way.iter().map(|way| json!({ "way": way, "to": format!("{host}:{}", upstream.port) })).collect();
    assert_eq!(proxies.end(), taken, "{variables:?}");
}

#[test]
fn the_environment_says_how_to_get_out() {
    let http = ("HTTP_PROXY", "http://127.0.0.1:{http}");
    check("127.0.0.1", &[http], Some("connect"));
    // Nobody else knows that name.
    check("upstream.test", &[http], Some("connect"));
    check("127.0.0.1", &[("ALL_PROXY", "socks5://127.0.0.1:{socks}")], Some("socks"));
    check("upstream.test", &[("ALL_PROXY", "socks5h://127.0.0.1:{socks}")], Some("socks"));
    check("127.0.0.1", &[http, ("NO_PROXY", "127.0.0.0/8")], None);
    check("localhost", &[http, ("NO_PROXY", "localhost")], None);
    // That one is for wss://.
    check("127.0.0.1", &[("HTTPS_PROXY", "http://127.0.0.1:{http}")], None);
}
