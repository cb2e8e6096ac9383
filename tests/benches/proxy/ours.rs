//! Ours, as `mockforge serve` runs it.

use mockforge_ws_config::{Config, Environment, Flags, load};
use mockforge_ws_core::{Seed, Stack};
use mockforge_ws_proxy::{Proxy, Target, Transform, Transit};
use mockforge_ws_server::{Route, Routes, Server};

/// Which of the ways of a message is taken.
pub(crate) async fn serve(way: &str, upstream: u16) {
    let url = format!("ws://127.0.0.1:{upstream}");
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        port: Some(0),
        host: Some("127.0.0.1".into()),
        max_connections: Some(100_000),
        ..Flags::default()
    };
    let proxied = |no_metrics| configured(&Flags { proxy: Some(url.clone()), no_metrics, ..flags.clone() });
    let route = |keys: &str| {
        let file = folder.path().join("mockforge.yaml");
        let proxy = format!("proxy: {{ upstream_url: \"{url}\", reconnect: {} }}", keys.is_empty());
        let yaml = format!("websocket:\n  routes:\n    - path: /ws\n      {proxy}\n{keys}");
        std::fs::write(&file, yaml).expect("the folder is there");
        configured(&Flags { config: Some(file), ..flags.clone() })
    };
    let config = match way {
        "spliced" => proxied(true),
        "tapped" | "transformed" => proxied(false),
        "inspected" => route(""),
        "recorded" => route(&format!("      record: {}/sessions/\n", folder.path().display())),
        other => panic!("ours has no way `{other}`"),
    };
    let routes = match way {
        "transformed" => {
            let target = Target::new(&url).expect("the URL is good");
            let proxy = Proxy::new(target).transform(Transform::new(|transit: Transit| transit.message));
            Routes::new([Route::new("/ws", Stack::new(proxy))]).expect("the path is good")
        }
        _ => config.routes(),
    };
    let settings = config.settings(mockforge_ws_io::Context::default(), Seed(0));
    let server = Server::bind(&config.listen(), settings, routes).await.expect("a port is free");
    println!("{}", server.addresses().next().expect("one address").port());
    server.run().await;
}

fn configured(flags: &Flags) -> Config {
    let nothing: [(&str, &str); 0] = [];
    load(flags, &Environment::with("/", nothing)).expect("the configuration is good")
}
