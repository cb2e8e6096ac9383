//! A connection in the hands of an async function.

use mockforge_ws::handlers::{HandlerResult, Message, Socket, async_mode};
use tokio::sync::mpsc;

use super::Site;

#[tokio::test]
async fn a_function_that_returns_closes() {
    let serve = |mut socket: Socket| async move {
        match socket.recv().await.transpose()? {
            Some(Message::Text(text)) if text == "fail" => Err("as you wish".into()),
            Some(Message::Text(text)) if text == "panic" => panic!("as you wish"),
            Some(message) => socket.send(message).await,
            None => Ok(()),
        }
    };
    let mut site = Site::new(async_mode(serve)).await;
    for (conn, order, code, status) in [
        ("/ws#1", "bye", 1000, "normal"),
        ("/ws#2", "fail", 1011, "handler_error"),
        ("/ws#3", "panic", 1011, "handler_error"),
    ] {
        let mut client = site.client("/ws").await;
        client.say(order).await;
        if order == "bye" {
            assert_eq!(client.hear().await, "bye");
        }
        assert_eq!(client.farewell().await.0, code);
        assert_eq!(site.ended(conn).await.status.as_str(), status);
    }
}

#[tokio::test]
async fn the_last_that_is_received_is_how_the_connection_ended() {
    let (told, mut heard) = mpsc::channel(8);
    let serve = move |mut socket: Socket| {
        let told = told.clone();
        async move {
            while let Some(message) = socket.recv().await {
                let message = match message {
                    Ok(Message::Close(frame)) => {
                        format!("closed {:?}", frame.map(|frame| u16::from(frame.code)))
                    }
                    Ok(message) => message.to_string(),
                    Err(error) => error.to_string(),
                };
                told.send(message).await.expect("the test listens");
            }
            told.send("nothing".into()).await.expect("the test listens");
            HandlerResult::Ok(())
        }
    };
    let site = Site::new(async_mode(serve)).await;
    let mut heard = async || heard.recv().await.expect("the function runs");

    let mut client = site.client("/ws").await;
    client.say("hi").await;
    client.leave(4004, "").await;
    assert_eq!(
        (heard().await, heard().await, heard().await),
        ("hi".into(), "closed Some(4004)".into(), "nothing".into())
    );

    drop(site.client("/ws").await);
    assert_eq!(heard().await, "Connection error: the client left without a closing handshake");
    assert_eq!(heard().await, "nothing");

    let mut client = site.client("/ws").await;
    client.say("hi").await;
    assert_eq!(heard().await, "hi");
    site.handle.shutdown();
    assert_eq!(client.farewell().await.0, 1001);
    drop(client);
    assert_eq!((heard().await, heard().await), ("closed Some(1001)".into(), "nothing".into()));
}
