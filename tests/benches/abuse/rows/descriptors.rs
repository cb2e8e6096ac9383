//! A server that has no file descriptors left.

use std::process::Command;
use std::time::Duration;

use tokio::time::timeout;

use super::MIB;
use crate::client::{Client, crowd, request};
use crate::options::Options;
use crate::row::{Ground, Outcome, Row};
use crate::server::binary;
use crate::tally::End;

const STAY: Duration = Duration::from_secs(10);

pub(crate) const DESCRIPTORS: Row = Row {
    name: "descriptors",
    about: "more clients than the server has file descriptors for (ulimit -n), who shake hands and stay",
    command: limited,
    memory: |_| 8 * MIB,
    // Nobody can be accepted, nor be told so.
    newcomers: &[End::Open],
    run: |ground| Box::pin(run(ground)),
};

fn limited(options: &Options) -> Option<Command> {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {}; exec \"$0\" \"$@\"", options.nofile);
    command.args(["-c", &script]).arg(binary());
    Some(command)
}

async fn run(ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let (port, nofile) = (ground.port, ground.options.nofile);
    let ends = crowd(2 * nofile, |_| async move {
        let mut client = Client::tcp(port).await?;
        client.send(request("/echo").as_bytes()).await?;
        match timeout(STAY, client.reader.status()).await {
            Ok(Ok(101)) => {}
            Ok(Ok(status)) => return Ok(End::Status(status)),
            Ok(Err(end)) => return Err(end),
            Err(_) => return Ok(End::Waited),
        }
        Ok(client.reader.end(STAY).await)
    });
    let ends = ends.await;
    let let_in = ends.count(&End::Open);
    outcome.rule(let_in > nofile / 2, format!("only {let_in} were let in"));
    outcome.rule(ends.count(&End::Waited) > 0, "there were enough file descriptors");
    outcome.expect("clients", ends, &[End::Open, End::Waited]);
    let told = ground.server.told();
    let tells = told.iter().filter(|line| line.contains("no connection can be accepted")).count();
    outcome.rule(tells > 0, "it is not told on stderr");
    outcome.note(format!("stderr says {tells} times that no connection can be accepted"));
    outcome
}
