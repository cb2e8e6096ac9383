//! The same server, watched by more or fewer.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use mockforge_ws_core::{FactSink, Stack, echo::Echo};
use mockforge_ws_io::Context;
use mockforge_ws_observe::metrics::Registry;
use mockforge_ws_observe::traces::{Options, Protocol, Traces};
use mockforge_ws_server::{Listen, Route, Routes, Server, Settings};
use tokio::net::TcpListener;

/// Prints its port and serves for ever, on one worker of the runtime that the program has. Another thread is there
/// for each: alone in its process, a server has cheaper system calls, and loses that to the thread that sends spans.
pub(crate) fn start(name: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let name = name.to_string();
    let runtime = runtime.expect("a runtime starts");
    let serving = runtime.spawn(async move { serve(&name).await });
    runtime.block_on(serving).expect("it serves for ever");
}

async fn serve(name: &str) {
    let mut sinks: Vec<Arc<dyn FactSink>> = Vec::new();
    if ["metrics", "both"].contains(&name) {
        sinks.push(Arc::new(Registry::new()));
    }
    if ["traces", "both"].contains(&name) {
        let options = Options { messages: 0.01, ..Options::at(&collector().await, Protocol::Http) };
        sinks.push(Arc::new(Traces::export(&options, |failure| panic!("{failure}")).expect("they are good")));
    }
    let sink: Arc<dyn FactSink> = if sinks.is_empty() { Arc::new(()) } else { Arc::new(sinks) };
    let routes = Routes::new([Route::new("/ws", Stack::new(Echo::new("")))]).expect("the path is good");
    let context = Context { sink, ..Context::default() };
    let settings = Settings { context, ..Settings::default() };
    let listen = Listen { host: "127.0.0.1".into(), port: 0 };
    let server = Server::bind(&listen, settings, routes).await.expect("a port is free");
    println!("{}", server.addresses().next().expect("one address").port());
    server.run().await;
}

/// One that takes everything, in the same process, so that it costs more here than it would.
async fn collector() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let router = Router::new().route("/v1/traces", post(|| async {}));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
