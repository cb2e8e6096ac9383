//! What the simulation says, by the names under which APIs show it.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::offline::heard::fold;
use crate::offline::kind::words;

/// Names for one and the same thing, the first being what simulations call it; all folded.
const SAME: &[&str] = &[
    "type,event,eventtype,kind,action,op",
    "price,last,lastprice,px,rate,close,p,tradeprice,currentprice",
    "symbol,ticker,instrument,pair,productid,s,asset,stock,coin",
    "size,qty,quantity,volume,shares,lastsize",
    "bid,bidprice,bestbid",
    "ask,askprice,bestask,offer",
    "side,direction",
    "user,username,author,sender,from,player,customer,driver,bidder,nickname,displayname,handle,customername,by",
    "text,message,body,content,msg,comment",
    "timestamp,time,ts,datetime,date,at,createdat,updatedat,sentat,occurredat,t,eventtime,servertime",
    "total,amount,totalamount,grandtotal,sum,totalprice",
    "lat,latitude",
    "lon,lng,longitude,long",
    "temperature,temp,value,reading",
    "battery,batterylevel,batterypercent",
    "deviceid,device,sensorid,sensor",
    "vehicleid,vehicle,courierid",
    "speedkmh,speed,velocity",
    "etaseconds,eta",
    "heading,bearing,course",
    "status,state,phase,orderstatus",
    "severity,level,priority",
    "service,source,component,host",
    "room,channel,roomid,channelid,conversationid,threadid",
    "homescore,scorehome",
    "awayscore,scoreaway",
    "home,hometeam",
    "away,awayteam",
    "site,location,place,zone",
    "items,lines,lineitems,products",
    "hashtags,tags",
    "lotid,lot,auction",
    "emoji,reaction",
];

/// Last words of names that tell the time, and of names that tell what they hold.
const TIMES: [&str; 5] = ["at", "time", "timestamp", "date", "on"];
const TELLING: [&str; 10] =
    ["price", "symbol", "temperature", "humidity", "status", "text", "lat", "lon", "quantity", "total"];

/// Members of the current event and its background, by folded names; those of an inner object go before.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// The event as the simulation tells it.
    event: Map<String, Value>,
    members: Vec<(String, Value)>,
}

impl Facts {
    pub(crate) fn new(event: Value, background: &Value) -> Self {
        let mut facts = Self { event: Map::new(), members: Vec::new() };
        for told in [&event, background] {
            if let Value::Object(members) = told {
                facts.extend(members);
            }
        }
        if let Value::Object(members) = event {
            facts.event = members;
        }
        facts
    }

    /// The event as the simulation tells it, for a schema that leaves the members open.
    pub(crate) fn event(&self) -> &Map<String, Value> {
        &self.event
    }

    fn extend(&mut self, members: &Map<String, Value>) {
        let known = members.iter().filter(|(_, value)| !value.is_null());
        self.members.extend(known.map(|(name, value)| (fold(name), value.clone())));
    }

    /// The same, with the members of one item of a list before all others.
    pub(crate) fn within(&self, item: &Map<String, Value>) -> Self {
        let mut facts = Self { event: Map::new(), members: Vec::new() };
        facts.extend(item);
        facts.members.extend(self.members.iter().cloned());
        facts
    }

    fn exactly(&self, name: &str) -> Option<&Value> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// What is known by the name of a member of `owner`, best first: by that name, or by one that means the same.
    pub(crate) fn named(&self, owner: &str, name: &str) -> Vec<&Value> {
        let (folded, parts) = (fold(name), words(name));
        let last = parts.last().map_or("", String::as_str);
        let mut names = Vec::new();
        let of = id_of(&folded);
        if !owner.is_empty()
            && (of == Some("") || ["name", "fullname", "displayname"].contains(&folded.as_str()))
        {
            // The `name` of a `user` is what elsewhere is the `username`, or the `user`.
            let owner = fold(owner);
            names.extend([format!("{owner}{folded}"), owner]);
        }
        names.push(folded.clone());
        let foreign = ["event", "message", "request", "trace", "correlation", "span"];
        match of {
            // `customerId` belongs to its `customer`.
            Some(of) if !foreign.contains(&of) => names.push(of.to_string()),
            _ => {}
        }
        if TIMES.contains(&last) && parts.len() > 1 {
            names.push("timestamp".to_string());
        } else if TELLING.contains(&last) {
            names.push(last.to_string());
        }
        let mut found: Vec<&Value> = names.iter().flat_map(|name| self.alike(name)).collect();
        if found.is_empty() && of == Some("") {
            // The `id` is that of what the event is about.
            found
                .extend(self.members.iter().find(|(known, _)| known.ends_with("id")).map(|(_, value)| value));
        }
        found
    }

    /// What is known by a name, and by those that mean the same.
    fn alike(&self, name: &str) -> Vec<&Value> {
        let group = SAME.iter().find(|group| group.split(',').any(|known| known == name));
        let same = group.into_iter().flat_map(|group| group.split(','));
        std::iter::once(name).chain(same).filter_map(|known| self.exactly(known)).collect()
    }

    /// Whether a name means the time of the event.
    pub(crate) fn is_time(&self, name: &str) -> bool {
        is_time(name)
            || SAME
                .iter()
                .any(|group| group.starts_with("timestamp") && group.split(',').any(|n| n == fold(name)))
    }
}

/// What an identifier belongs to, by its folded name: `customer` for `customerid`, nothing for `id`.
fn id_of(folded: &str) -> Option<&str> {
    ["uuid", "guid", "id"].iter().find_map(|end| folded.strip_suffix(end))
}

/// Whether a name is that of an identifier.
pub(crate) fn is_id(name: &str) -> bool {
    matches!(words(name).last().map(String::as_str), Some("id" | "uuid" | "guid"))
}

/// Whether a name is that of a point in time.
pub(crate) fn is_time(name: &str) -> bool {
    let folded = fold(name);
    let last = words(name).last().cloned().unwrap_or_default();
    ["timestamp", "ts", "datetime", "epoch"].contains(&folded.as_str())
        || folded.starts_with("epoch")
        || folded.starts_with("unix")
        || ["at", "time", "timestamp", "ms", "date"].contains(&last.as_str())
}

/// A fact as another type, where that makes sense.
pub(crate) fn coerced(fact: &Value, kind: &str) -> Option<Value> {
    match (kind, fact) {
        ("integer", Value::Number(number)) => {
            let rounded = number.as_f64().filter(|number| number.abs() < 9e15)?.round();
            Some((rounded as i64).into())
        }
        ("number" | "integer", Value::String(text)) => {
            let number: f64 = text.parse().ok()?;
            coerced(&serde_json::Number::from_f64(number)?.into(), kind)
        }
        ("array", Value::Array(_)) => Some(fact.clone()),
        ("string", Value::Number(number)) => Some(number.to_string().into()),
        ("number", Value::Number(_)) | ("string", Value::String(_)) | ("boolean", Value::Bool(_)) => {
            Some(fact.clone())
        }
        _ => None,
    }
}

/// A time as a number: milliseconds since 1970, or seconds.
pub(crate) fn unix(now: OffsetDateTime, in_seconds: bool) -> Value {
    let millis = now.unix_timestamp_nanos() / 1_000_000;
    let value = if in_seconds { millis.div_euclid(1000) } else { millis };
    i64::try_from(value).unwrap_or_default().into()
}

/// Whether a text is a time by RFC 3339.
pub(crate) fn is_date_time(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// A number that follows from a fact and nothing else: FNV-1a.
pub(crate) fn hash(fact: &Value) -> u64 {
    let text = fact.to_string();
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
