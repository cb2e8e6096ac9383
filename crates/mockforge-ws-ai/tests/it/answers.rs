//! What the client says is answered.

use mockforge_ws_ai::OfflineOptions;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Stream, number, text};

#[test]
fn a_chat_answers_what_was_said() {
    for (said, expect) in [
        (
            "Hello!",
            "Hi Zoe! How can I help?|Hello Zoe! What can I do for you?|Welcome, Zoe! How may I help you?",
        ),
        ("thanks a lot", "You're welcome, Zoe!|Happy to help, Zoe. Anything else?|My pleasure, Zoe."),
    ] {
        let mut chat = Stream::of("support chat between Alice and agent Sam", 4);
        chat.events(10);
        chat.hear(&json!({ "type": "message", "id": "c1", "user": "Zoe", "text": said }));
        let reply = chat.event();
        assert_eq!(
            (text(&reply, "type"), text(&reply, "reply_to"), text(&reply, "user")),
            ("message", "c1", "Sam")
        );
        assert!(expect.split('|').any(|text| reply["text"] == text), "{reply}");
    }
    let mut chat = Stream::of("a chat of friends", 1);
    chat.events(5);
    chat.hear(&json!("Where is my umbrella?"));
    assert!(text(&chat.event(), "text").contains("umbrella"));
}

#[test]
fn what_is_said_before_the_first_event_is_answered_too() {
    let mut desk = Stream::of("order desk of an online shop", 1);
    desk.hear(&json!({ "action": "place_order", "id": "my-1", "user": "Zoe", "quantity": 3 }));
    let order = desk.event();
    assert_eq!((text(&order, "type"), text(&order, "order_id")), ("order_created", "my-1"));
    assert_eq!((text(&order, "customer"), number(&order["items"][0], "quantity")), ("Zoe", 3.0));
}

#[test]
fn an_order_is_cancelled_once() {
    let mut desk = Stream::of("orders of an online shop", 2);
    let order = desk.event();
    let cancel = json!({ "type": "cancel_order", "orderId": order["order_id"] });
    desk.hear(&cancel);
    let first = desk.event();
    assert_eq!((text(&first, "type"), text(&first, "status")), ("order_cancelled", "cancelled"));
    assert_eq!(first["order_id"], order["order_id"]);
    desk.hear(&cancel);
    assert_eq!(text(&desk.event(), "status"), "unknown");
}

#[test]
fn a_market_streams_what_is_subscribed() {
    let mut market = Stream::of("stock trading in AAPL", 3);
    market.events(5);
    market.hear(&json!({ "op": "subscribe", "symbols": ["ACME"] }));
    assert_eq!(market.event()["symbols"], json!(["ACME"]));
    assert!(market.events(50).iter().any(|event| event["symbol"] == "ACME"));
    market.hear(&json!({ "op": "unsubscribe", "symbol": "AAPL" }));
    assert_eq!(text(&market.event(), "type"), "unsubscribed");
    assert!(market.events(50).iter().all(|event| event["symbol"] == "ACME"));
    market.hear(&json!({ "type": "order", "id": 17, "symbol": "ACME", "side": "SELL", "qty": "25" }));
    let fill = market.event();
    assert_eq!((text(&fill, "type"), number(&fill, "order_id"), number(&fill, "size")), ("fill", 17.0, 25.0));
    assert_eq!(text(&fill, "side"), "sell");
}

#[test]
fn bids_are_taken_or_refused() {
    let mut auction = Stream::of("auction", 1);
    let opened = auction.event();
    let least = number(&opened, "minimum_bid");
    auction.hear(&json!({ "type": "bid", "amount": least - 1.0, "bidder": "Zoe" }));
    let refused = auction.event();
    assert_eq!((text(&refused, "type"), number(&refused, "minimum_bid")), ("bid_rejected", least));
    auction.hear(&json!({ "type": "bid", "amount": least * 4.0, "bidder": "Zoe" }));
    let taken = auction.event();
    assert_eq!((text(&taken, "type"), text(&taken, "bidder")), ("bid_placed", "Zoe"));
    assert_eq!(number(&taken, "amount"), least * 4.0);
}

#[test]
fn other_domains_answer_in_their_way() {
    let mut alerts = Stream::of("monitoring alerts", 1);
    let fired = alerts.event();
    alerts.hear(&json!({ "action": "ack", "alert_id": fired["alert_id"], "user": "Zoe" }));
    let acknowledged = alerts.event();
    assert_eq!(text(&acknowledged, "type"), "alert_acknowledged");
    assert_eq!(
        (&acknowledged["alert_id"], text(&acknowledged, "acknowledged_by")),
        (&fired["alert_id"], "Zoe")
    );

    let mut devices = Stream::of("iot sensors", 1);
    devices.event();
    devices.hear(&json!({ "command": "reboot", "device_id": "sensor-02", "id": 5 }));
    let ack = devices.event();
    assert_eq!(ack["type"], "command_ack");
    assert_eq!(
        (text(&ack, "device_id"), text(&ack, "command"), number(&ack, "request_id")),
        ("sensor-02", "reboot", 5.0)
    );

    let mut rides = Stream::of("taxi rides", 1);
    let ride = rides.event();
    rides.hear(&json!({ "type": "cancel", "ride_id": ride["ride_id"] }));
    let cancelled = rides.event();
    assert_eq!((text(&cancelled, "type"), &cancelled["ride_id"]), ("trip_cancelled", &ride["ride_id"]));

    let mut game = Stream::of("multiplayer game", 1);
    game.events(30);
    game.hear(&json!({ "type": "join", "player": "Zoe" }));
    let joined = game.event();
    assert_eq!((text(&joined, "type"), text(&joined, "player")), ("player_joined", "Zoe"));

    let mut feed = Stream::of("social media feed", 1);
    feed.hear(&json!({ "type": "post", "user": "Zoe", "text": "My first post" }));
    let post = feed.event();
    assert_eq!((text(&post, "author"), text(&post, "text")), ("Zoe", "My first post"));

    let mut other = Stream::of("", 1);
    other.hear(&json!({ "type": "ping", "id": "r1" }));
    let ack = other.event();
    assert_eq!((text(&ack, "type"), text(&ack, "ref"), text(&ack, "request")), ("ack", "r1", "ping"));
}

#[test]
fn a_desk_forgets_old_orders_rather_than_keep_all() {
    let mut desk = Stream::of("order desk of an online shop", 1);
    let mut ask = |message: Value| {
        desk.hear(&message);
        desk.event()
    };
    for number in 0..40 {
        ask(json!({ "type": "order", "id": number, "item": "mug" }));
    }
    let mut status = |id: u32| text(&ask(json!({ "type": "status", "order_id": id })), "status").to_string();
    assert_eq!((status(0), status(39)), ("unknown".to_string(), "created".to_string()));
}

#[test]
fn answers_of_a_desk_come_as_event_types_too() {
    let types = ["order_status", "menu", "error"].map(|name| (name.to_string(), 1.0));
    let options = OfflineOptions {
        narrative: "order desk of a café".to_string(),
        event_types: types.to_vec(),
        ..OfflineOptions::default()
    };
    for event in Stream::new(&options, 1).events(60) {
        let member = match text(&event, "type") {
            "order_status" => &event["order_id"],
            "menu" => &event["items"],
            _ => &event["message"],
        };
        assert!(!member.is_null(), "{event}");
    }
    let mut desk = Stream::new(&options, 1);
    desk.hear(&json!("a latte please"));
    desk.hear(&json!("what do you have?"));
    let asked = desk.events(20).into_iter().find(|event| event["type"] == "menu");
    assert!(asked.expect("it is answered")["items"].to_string().contains("Espresso"));
}

/// What is said, each with what answers it: what was said stands after `<`.
fn transcript(narrative: &str, seed: u64, said: &[Value]) -> String {
    let mut stream = Stream::of(narrative, seed);
    let mut lines = Vec::new();
    for message in said {
        lines.push(format!("< {message}"));
        stream.hear(message);
        while stream.has_answer() {
            let mut event = stream.event();
            event.as_object_mut().expect("it is an object").remove("timestamp");
            lines.push(format!("> {event}"));
        }
    }
    lines.join("\n")
}

#[test]
fn a_chatbot_speaks_of_what_is_said_to_it() {
    let said = [
        json!("Hello"),
        json!("Hi, my name is Zoe"),
        json!("I lost my card, what should I do?"),
        json!("What is my balance?"),
        json!("how much is my balance again"),
        json!({ "action": "transfer", "amount": 50, "to": "Bob" }),
        json!({ "type": "block_card", "cardId": "c-7" }),
        json!("Could you block my credit card please?"),
        json!("When will the new one arrive?"),
        json!("Where is the nearest branch?"),
        json!("Please cancel my standing order"),
        json!({ "type": "get_balance" }),
        json!("What should I do?"),
        json!("ok"),
        json!("ok"),
        json!("thank you"),
        json!("bye"),
        json!({ "type": "typing" }),
    ];
    insta::assert_snapshot!(transcript("A customer support chatbot for a bank", 7, &said));
}

#[test]
fn nothing_is_said_twice_in_a_row() {
    for narrative in ["A customer support chatbot for a bank", "a chat of friends"] {
        for said in ["Hello", "thanks", "bye", "I lost it", "What is my balance?", "my dog is brown", "hm"] {
            let mut chat = Stream::of(narrative, 3);
            chat.events(10);
            let mut reply = || {
                chat.hear(&json!({ "text": said, "id": 1 }));
                std::iter::repeat_with(|| chat.event()).find(|event| event["reply_to"] == 1)
            };
            let replies: Vec<Value> =
                (0..20).map(|_| reply().expect("it is answered")["text"].clone()).collect();
            assert!(replies.windows(2).all(|pair| pair[0] != pair[1]), "{replies:?}");
        }
    }
}

#[test]
fn support_is_about_the_trade_of_the_narrative() {
    for (narrative, expect) in [
        ("support chat of a bank", "transfer"),
        ("support chat of an airline", "flight"),
        ("support chat of a hotel", "reservation"),
        ("support chat of a shop", "delivery"),
    ] {
        let texts: Vec<String> = Stream::of(narrative, 1)
            .events(300)
            .iter()
            .map(|event| text(event, "text").to_string())
            .collect();
        let has = |word: &str| texts.iter().any(|text| text.contains(word));
        assert!(has(expect), "{narrative}");
        assert_eq!(has("the app") || has("headphones"), narrative.ends_with("shop"), "{narrative}");
    }
}

#[test]
fn an_order_desk_takes_what_is_ordered() {
    let said = [
        json!("Hi"),
        json!("two espressos please"),
        json!({ "type": "order", "item": "flat white", "quantity": 2 }),
        json!("how much is it?"),
        json!("I'd like 3 iced cortados and a croissant"),
        json!("one iced cortado please"),
        json!({ "type": "order", "id": "mine", "customer": "Zoe", "items": [
            { "sku": "tea-gr", "qty": "2", "price": 99 }, { "name": "Pumpkin pie", "price": 4.5 }, "bagels",
        ] }),
        json!("where is my order?"),
        json!({ "type": "status", "order_id": "nobody's" }),
        json!("cancel it please"),
        json!("where is my order mine-1?"),
        json!({ "type": "order_status", "order_id": "mine" }),
        json!("what is the price of two lattes?"),
        json!("thanks"),
        json!({ "type": "dance", "id": 4 }),
    ];
    insta::assert_snapshot!(transcript("An order desk for a coffee shop", 7, &said));
}

#[test]
fn a_market_and_an_auction_take_words() {
    let said =
        [json!("subscribe MSFT"), json!("buy 10 AAPL at market"), json!("sell 5 MSFT"), json!("hello")];
    let market = transcript("stock trading in AAPL", 7, &said);
    let said =
        [json!({ "text": "I bid 250", "user": "Zoe" }), json!("$1"), json!("bid $25,000"), json!("hello")];
    let auction = transcript("an auction of paintings", 7, &said);
    insta::assert_snapshot!(format!("{market}\n\n{auction}"));
}

const NARRATIVES: [&str; 11] = [
    "chat",
    "orders of a shop",
    "stock trading",
    "auction",
    "iot",
    "game server",
    "social media",
    "",
    "taxi",
    "monitoring alerts",
    "tennis",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the client says, the stream goes on.
    #[test]
    fn nothing_that_is_said_breaks_a_stream(
        said in crate::schemas::value(),
        text in "(two |half a |x2 |I'd like |my |the |where is |cancel |bid |buy |card |latte |AAPL |and |, |\\PC{0,5} |’){0,12}",
        verb in "subscribe|unsubscribe|order|bid|join|cancel|ack|post|move|status",
        amount: f64,
        id in "veh-01|ord-1|alt-[0-9]{3}|é{0,3}",
        seed: u64,
    ) {
        for narrative in NARRATIVES {
            let mut stream = Stream::of(narrative, seed);
            stream.events(5);
            stream.hear(&said);
            stream.hear(&json!(text));
            stream.hear(&json!({ "type": "order", "item": text, "items": [text, said], "price": amount, "qty": amount }));
            stream.hear(&json!({
                "type": verb, "id": id, "amount": amount, "qty": amount, "text": text, "symbols": [id, "AAPL"],
                "data": { "side": "sell", "player": id, "extra": said },
            }));
            for event in stream.events(40) {
                prop_assert!(event["type"].is_string(), "{}", event);
            }
        }
    }
}

#[test]
fn a_flood_of_messages_is_forgotten_rather_than_kept() {
    for narrative in NARRATIVES {
        let mut stream = Stream::of(narrative, 1);
        let message = json!({
            "type": "place_order_bid_subscribe_join_cancel", "symbol": "X", "amount": 1e300, "text": "é".repeat(100_000),
            "id": vec![Value::Null; 1000], "size": -1e300, "quantity": "NaN",
        });
        for _ in 0..1000 {
            stream.hear(&message);
        }
        for event in stream.events(100) {
            assert!(event.to_string().len() < 20_000, "{narrative}");
        }
    }
}
