//! The port for those who run the server.

use mockforge_ws_server::{Listen, Ops, Settings};

use crate::{Running, ask, echo, run};

async fn beside(server: &Running) -> u16 {
    let ops = Ops::bind(&Listen::free_port()).await.expect("a port is free");
    let port = ops.addresses().next().expect("one address at least").port();
    tokio::spawn(ops.run(server.handle.clone(), || "a_total 1\n".to_string()));
    port
}

async fn get(port: u16, path: &str, host: &str) -> String {
    ask(port, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await
}

#[tokio::test]
async fn each_path_has_its_answer_and_others_have_none() {
    let server = run([echo("/ws")], Settings::default()).await;
    let port = beside(&server).await;
    for (path, status, said) in [
        ("/metrics", 200, "content-type: text/plain; version=0.0.4; charset=utf-8"),
        ("/metrics", 200, "\r\n\r\na_total 1\n"),
        ("/healthz", 200, "ok\n"),
        ("/readyz", 200, "ready\n"),
        ("/ws", 404, "/metrics"),
        ("/metrics/", 404, ""),
        ("/", 404, ""),
    ] {
        let answer = get(port, path, "localhost").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(said),
            "{path}: {answer}"
        );
    }
    let answer = get(server.port, "/metrics", "localhost").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "the mock's port has none of it: {answer}");
}

#[tokio::test]
async fn a_server_that_shuts_down_lives_and_is_not_ready() {
    let server = run([echo("/ws")], Settings::default()).await;
    let port = beside(&server).await;
    server.handle.shutdown();
    server.task.await.expect("the server ends");
    for (path, status) in [("/readyz", 503), ("/healthz", 200), ("/metrics", 200)] {
        let answer = get(port, path, "127.0.0.1").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_web_page_gets_nothing_by_a_name_of_its_own() {
    let allow_hosts = vec!["prometheus.internal".to_string()];
    let server = run([echo("/ws")], Settings { allow_hosts, ..Settings::default() }).await;
    let port = beside(&server).await;
    for (host, status) in [("evil.example", 403), ("prometheus.internal:9", 200), ("[::1]", 200)] {
        let answer = get(port, "/metrics", host).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
}
