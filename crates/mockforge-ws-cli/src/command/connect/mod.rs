//! `mockforge connect`: a client for the terminal.

mod handshake;
mod input;
mod show;
mod talk;
mod target;
mod tls;

use http::Request;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use mockforge_ws_core::Tls;
use mockforge_ws_io::{Stream, secure};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;

use crate::args::Connect;
use crate::exit::{Exit, Stop};

use target::Target;

pub(super) fn run(args: Connect) -> Result<Exit, Stop> {
    let target = Target::parse(&args.url)?;
    let request = handshake::request(&target, &args)?;
    super::runtime()?.block_on(connect(&target, request, args))
}

async fn connect(target: &Target, request: Request<()>, args: Connect) -> Result<Exit, Stop> {
    let tls = tls::of(target, &args)?;
    let Some(stream) = unless_interrupted(dial(target, &tls)).await else { return Ok(Exit::Interrupted) };
    let mut stream = stream?;
    // The stream is only lent, so that the rest of a refusal can be read from it.
    let handshake = unless_interrupted(client_async(request, &mut stream)).await;
    let error = match handshake {
        Some(Ok((socket, response))) => {
            let subprotocol =
                response.headers().get(SEC_WEBSOCKET_PROTOCOL).and_then(|name| name.to_str().ok());
            show::connected(&target.url, subprotocol);
            return talk::talk(socket, args).await;
        }
        Some(Err(error)) => error,
        None => return Ok(Exit::Interrupted),
    };
    Err(handshake::refusal(error, &mut stream, &target.url).await)
}

/// What came of it, unless Ctrl-C came before. An open connection has a better answer to Ctrl-C.
async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        _ = tokio::signal::ctrl_c() => None,
    }
}

async fn dial(target: &Target, tls: &Tls) -> Result<Stream, Stop> {
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "nothing listens there; is the server running?",
            _ => "check the host's name and the port",
        };
        Stop::new(Exit::World, format!("could not connect to {}: {error}", target.url)).hint(hint)
    })?;
    // A line goes out when it is entered, not when more has gathered.
    let _ = stream.set_nodelay(true);
    if !target.is_secure {
        return Ok(Stream::Plain(stream));
    }
    secure(stream, &target.uri, tls).await.map_err(|error| {
        let stop = Stop::new(Exit::World, error.reason);
        stop.hint("--cacert FILE trusts a certificate that the system does not know, --insecure any")
    })
}
