//! Domains, and the keywords by which they are told.

use super::words::Words;

/// What a narrative is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Domain {
    /// Prices of shares, currencies and coins.
    MarketData,
    /// A conversation.
    Chat,
    /// Readings of devices.
    Telemetry,
    /// Vehicles under way: rides and deliveries.
    Tracking,
    /// Players in a match.
    Gaming,
    /// Orders of a shop, from creation to delivery.
    Orders,
    /// Alerts of a monitoring system.
    Alerts,
    /// The score of a sports match.
    Scores,
    /// Posts, likes and comments.
    Social,
    /// Bids for a lot.
    Auction,
    /// None that was recognised.
    #[default]
    Generic,
}

/// A score below this is no evidence.
const ENOUGH: usize = 2;
/// A word counts so many times at most, so that a repeated word does not outweigh a telling one.
const MOST_COUNTED: usize = 2;

/// Words and phrases in the singular, with their weights: 3 where the word is of the domain only, 2 where it
/// mostly is, 1 where it merely fits. Of domains with the same score, the first of the table wins.
const KEYWORDS: &[(Domain, usize, &str)] = &[
    (
        Domain::MarketData,
        3,
        "stock, stock market, market data, share price, ticker, forex, fx, crypto, cryptocurrency, \
         cryptocurrencies, bitcoin, ethereum, btc, usdt, aapl, msft, tsla, nasdaq, nyse, order book, \
         orderbook, bid ask, candle, candlestick, exchange rate, equities, commodities, hedge fund, \
         option chain",
    ),
    (
        Domain::MarketData,
        2,
        "trading, trade, trader, eth, quote, equity, commodity, market, portfolio, volatility, sell off, \
         futures, bond, level 2",
    ),
    (Domain::MarketData, 1, "price, volatile, rally, tick, symbol, ask, volume"),
    (
        Domain::Chat,
        3,
        "chat, group chat, support chat, team chat, chat room, chatroom, \
         chatting, conversation, chatbot, customer support, support agent, helpdesk, help \
         desk, messaging, messenger, dialogue, instant message, direct message, slack, whatsapp, discord, \
         group message, angry customer, banter",
    ),
    (Domain::Chat, 2, "support ticket, dialog, talk, talking, discuss, discussing, discussion, typing"),
    (Domain::Chat, 1, "channel, agent, customer, message"),
    (
        Domain::Telemetry,
        3,
        "telemetry, iot, sensor, temperature, humidity, thermostat, smart home, smart meter, charger, \
         charging station, ev charger, turbine, vibration, solar panel, greenhouse, mqtt, air quality, \
         co2, plc, scada, heart rate, patient monitor, energy consumption, weather station",
    ),
    (
        Domain::Telemetry,
        2,
        "device, meter, battery, pressure, reading, inverter, factory, robot, pump, wearable",
    ),
    (Domain::Telemetry, 1, "gateway, machine"),
    (
        Domain::Tracking,
        3,
        "delivery, deliveries, courier, ride hailing, ride sharing, uber, taxi, taxis, cab, gps, fleet, \
         eta, parcel, location tracking, location update, food delivery, pizza delivery, logistics, en \
         route",
    ),
    (
        Domain::Tracking,
        2,
        "ride, vehicle, truck, van, driver, rider, route, package, shipment, tracking, pickup, drop off, \
         dropoff, flight, drone, buses, scooter",
    ),
    (Domain::Tracking, 1, "bus, train"),
    (
        Domain::Gaming,
        3,
        "gaming, multiplayer, battle royale, shooter, mmo, mmorpg, rpg, moba, leaderboard, dungeon, loot, \
         respawn, kill feed, deathmatch, game server, esports, capture the flag, health points",
    ),
    (Domain::Gaming, 2, "game, player, fps, quest, arena, lobby, raid, power up"),
    (Domain::Gaming, 1, "boss"),
    (
        Domain::Orders,
        3,
        "e commerce, ecommerce, online shop, online store, web shop, webshop, checkout, shopping cart, \
         order status, order desk, fulfilment, fulfillment, restaurant order, kitchen order, shopper, \
         black friday, order lifecycle",
    ),
    (Domain::Orders, 2, "order, cart, purchase, invoice, refund, shipped, shop, payment"),
    (Domain::Orders, 1, "warehouse, store, customer"),
    (
        Domain::Alerts,
        3,
        "alert, alerting, incident, outage, on call, pagerduty, prometheus, disk full, uptime, downtime, \
         sre, kubernetes, error rate, pager, intrusion, security event, failover",
    ),
    (
        Domain::Alerts,
        2,
        "monitoring, cpu, memory usage, devops, cluster, latency, severity, microservice, data center, \
         datacenter",
    ),
    (Domain::Alerts, 1, "server, database, log"),
    (
        Domain::Scores,
        3,
        "football, soccer, basketball, tennis, hockey, rugby, baseball, cricket, nba, nfl, nhl, premier \
         league, champions league, world cup, live score, sport, kick off, kickoff, halftime, touchdown, \
         referee, wimbledon",
    ),
    (Domain::Scores, 2, "goal, score, half time, penalty, stadium, league, derby"),
    (Domain::Scores, 1, "match, vs, versus, team, final"),
    (
        Domain::Social,
        3,
        "social media, social network, social feed, tweet, twitter, follower, hashtag, influencer, \
         instagram, facebook, mastodon, viral, reddit, repost, retweet",
    ),
    (Domain::Social, 2, "social, post, comment, timeline, news feed, trending"),
    (Domain::Social, 1, "like, feed, notification"),
    (
        Domain::Auction,
        3,
        "auction, bidder, bidding, auctioneer, hammer price, reserve price, ebay, sotheby's, christie's, \
         outbid",
    ),
    (Domain::Auction, 2, "bid, lot, antique, painting"),
];

/// The domain with the highest score, if that is high enough.
pub(super) fn read(words: &Words) -> Domain {
    let mut best = (Domain::Generic, ENOUGH - 1);
    for list in KEYWORDS.chunk_by(|a, b| a.0 == b.0) {
        let weigh = |(_, weight, words_of): &(Domain, usize, &str)| {
            words_of.split(", ").map(|word| weight * words.count(word).min(MOST_COUNTED)).sum::<usize>()
        };
        let score = list.iter().map(weigh).sum();
        if score > best.1 {
            best = (list[0].0, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_can_be_found_and_stands_once_in_its_domain() {
        for list in KEYWORDS.chunk_by(|a, b| a.0 == b.0) {
            let mut all: Vec<&str> = list.iter().flat_map(|(_, _, words)| words.split(", ")).collect();
            for word in &all {
                assert_eq!(Words::of(word).count(word), 1, "{word}");
            }
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{:?}", list[0].0);
        }
    }
}
