//! Orders of a shop: created, paid, packed, shipped, delivered, sometimes cancelled; the total is the sum of the
//! items.

use serde_json::{Value, json};

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, money};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "order_created", like: "order,new,placed,received,submitted,opened,confirmed" },
    Kind { name: "order_paid", like: "payment,charged,captured,authorized" },
    Kind { name: "order_packed", like: "preparing,processing,prepared,ready,picked" },
    Kind { name: "order_shipped", like: "shipment,dispatched,sent,transit,updated" },
    Kind { name: "order_delivered", like: "delivery,completed,fulfilled,done,closed" },
    Kind { name: "order_cancelled", like: "canceled,cancel,refund,refunded,failed,rejected" },
];

/// How many orders are open at once, at most.
const MOST_OPEN: usize = 24;

/// The life of an order that nothing happens to.
const STAGES: &[(&str, &str)] = &[
    ("order_created", "created"),
    ("order_paid", "paid"),
    ("order_packed", "packed"),
    ("order_shipped", "shipped"),
    ("order_delivered", "delivered"),
];

/// A product: SKU, name, price in cents.
const GOODS: &[(&str, &str, i64)] = &[
    ("MUG-01", "Ceramic mug", 1250),
    ("TEE-M", "Cotton T-shirt, M", 1999),
    ("TEE-L", "Cotton T-shirt, L", 1999),
    ("BKP-15", "Laptop backpack", 6490),
    ("HDP-02", "Wireless headphones", 12900),
    ("KBD-87", "Mechanical keyboard", 8995),
    ("LMP-03", "Desk lamp", 3450),
    ("NTB-A5", "Dotted notebook, A5", 890),
    ("BTL-75", "Steel water bottle", 2400),
    ("CBL-UC", "USB-C cable, 2 m", 1195),
    ("PLT-11", "Potted fern", 1575),
    ("CHR-07", "Office chair", 18900),
    ("COF-1K", "Coffee beans, 1 kg", 1690),
    ("SCF-W", "Wool scarf", 3200),
];

/// The same of a kitchen.
const DISHES: &[(&str, &str, i64)] = &[
    ("PZ-MAR", "Pizza Margherita", 890),
    ("PZ-FUN", "Pizza Funghi", 1050),
    ("PA-CAR", "Spaghetti Carbonara", 1190),
    ("SA-CES", "Caesar salad", 780),
    ("BU-CLA", "Classic burger", 1090),
    ("SU-12", "Sushi box, 12 pieces", 1650),
    ("RA-SHO", "Shoyu ramen", 1290),
    ("CU-VEG", "Vegetable curry", 1150),
    ("DR-LEM", "Lemonade", 350),
    ("DR-WAT", "Mineral water", 250),
    ("DE-TIR", "Tiramisu", 520),
];

#[derive(Clone)]
pub(crate) struct Orders {
    goods: &'static [(&'static str, &'static str, i64)],
    customers: Vec<String>,
    currency: &'static str,
    open: Vec<Order>,
    number: i64,
    /// The one that the last event is about.
    current: Option<Order>,
    answers: Answers<Answer>,
}

#[derive(Clone)]
struct Order {
    id: Value,
    customer: String,
    items: Vec<(&'static str, &'static str, i64, i64)>,
    stage: usize,
    tracking: Option<String>,
}

#[derive(Clone)]
enum Answer {
    Place { reference: Value, customer: Option<String>, quantity: i64 },
    Cancel(Value),
}

impl Answer {
    fn kind(&self) -> &'static str {
        match self {
            Self::Place { .. } => "order_created",
            Self::Cancel(_) => "order_cancelled",
        }
    }
}

impl Orders {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let eats = ["restaurant", "kitchen", "food", "pizza", "sushi", "meal", "dinner", "lunch"];
        let named = setting.narrative.people.len();
        let count = setting.narrative.crowd(&["customer", "user", "person"]).unwrap_or(named.max(8));
        Self {
            goods: if eats.iter().any(|word| setting.says(word)) { DISHES } else { GOODS },
            customers: setting.people(count.clamp(1, 60), scene),
            currency: setting.narrative.amounts.first().map_or("USD", |amount| amount.currency),
            open: Vec::new(),
            number: scene.int(1000, 9000),
            current: None,
            answers: Answers::default(),
        }
    }

    fn create(
        &mut self,
        id: Option<Value>,
        customer: Option<String>,
        quantity: i64,
        scene: &mut Scene<'_>,
    ) -> Order {
        self.number += 1;
        let mut items: Vec<(&str, &str, i64, i64)> = Vec::new();
        for _ in 0..scene.int(1, 4) {
            let (sku, name, price) = *scene.pick(self.goods);
            if items.iter().all(|(other, ..)| *other != sku) {
                items.push((sku, name, price, if scene.chance(0.75) { 1 } else { scene.int(2, 4) }));
            }
        }
        if quantity > 0 {
            items.truncate(1);
            items[0].3 = quantity;
        }
        Order {
            id: id.unwrap_or_else(|| format!("ord-{}", self.number).into()),
            customer: customer.unwrap_or_else(|| scene.pick(&self.customers).clone()),
            items,
            stage: 0,
            tracking: None,
        }
    }

    fn told(&mut self, order: Order, kind: &str, status: &str, scene: &Scene<'_>) -> Value {
        let mut event = json!({
            "type": kind, "order_id": order.id, "status": status, "customer": order.customer,
        });
        if kind == "order_created" {
            event["items"] = order.lines();
        }
        event["total"] = money(order.total());
        event["currency"] = self.currency.into();
        if let Some(tracking) = &order.tracking {
            event["tracking_number"] = tracking.clone().into();
        }
        event["timestamp"] = scene.stamp().into();
        self.current = Some(order);
        event
    }

    fn answer(&mut self, answer: Answer, scene: &mut Scene<'_>) -> Value {
        match answer {
            Answer::Place { reference, customer, quantity } => {
                let id = if reference.is_null() { None } else { Some(reference) };
                let order = self.create(id, customer, quantity, scene);
                self.open.push(order.clone());
                self.told(order, "order_created", "created", scene)
            }
            Answer::Cancel(id) => match self.open.iter().position(|order| order.id == id) {
                Some(index) => {
                    let order = self.open.remove(index);
                    self.told(order, "order_cancelled", "cancelled", scene)
                }
                None => json!({
                    "type": "order_cancelled", "order_id": id, "status": "unknown",
                    "reason": "no open order has this id", "timestamp": scene.stamp(),
                }),
            },
        }
    }
}

impl World for Orders {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        if self.answers.front().is_some_and(|answer| scene.allows(answer.kind()))
            && let Some(answer) = self.answers.pop()
        {
            return self.answer(answer, scene);
        }
        let stage_of = |kind: &str| STAGES.iter().position(|(stage, _)| *stage == kind);
        let wanted = scene.wanted.and_then(stage_of);
        // What a wanted event needs: an order that is one stage before it.
        let before = wanted.and_then(|stage| stage.checked_sub(1));
        let ready: Vec<usize> = (0..self.open.len())
            .filter(|i| before.is_none_or(|stage| self.open[*i].stage == stage))
            .collect();
        let full = self.open.len() >= MOST_OPEN;
        let new = match wanted {
            Some(0) => true,
            Some(_) => self.open.is_empty(),
            None => self.open.is_empty() || !full && scene.chance(0.28),
        };
        if new {
            if full {
                self.open.remove(0);
            }
            let order = self.create(None, None, 0, scene);
            self.open.push(order.clone());
            return self.told(order, "order_created", "created", scene);
        }
        let index = if ready.is_empty() { scene.index(self.open.len()) } else { *scene.pick(&ready) };
        let cancels = scene.wanted.is_none() && self.open[index].stage < 3 && scene.chance(0.02);
        if scene.wants("order_cancelled") || cancels {
            let order = self.open.remove(index);
            return self.told(order, "order_cancelled", "cancelled", scene);
        }
        let order = &mut self.open[index];
        order.stage += 1;
        let (kind, status) = STAGES[order.stage];
        if kind == "order_shipped" {
            order.tracking = Some(format!("TRK{:09}", scene.int(0, 999_999_999)));
        }
        let order = if kind == "order_delivered" { self.open.remove(index) } else { order.clone() };
        self.told(order, kind, status, scene)
    }

    fn hear(&mut self, heard: &Heard) {
        let verb = heard.verb();
        let ids = ["orderid", "id", "clientorderid", "ref", "requestid"];
        let answer = if verb.contains("cancel") {
            Answer::Cancel(heard.value(&ids).cloned().unwrap_or(Value::Null))
        } else if ["order", "buy", "place", "purchase", "checkout"].iter().any(|word| verb.contains(word)) {
            let quantity = heard.number(&["quantity", "qty", "count", "amount"]).unwrap_or(0.0);
            Answer::Place {
                reference: heard.value(&ids).cloned().unwrap_or(Value::Null),
                customer: heard.text(&["customer", "user", "name", "username"]).map(ToString::to_string),
                quantity: quantity.clamp(0.0, 1000.0) as i64,
            }
        } else {
            return;
        };
        self.answers.push(answer);
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(Answer::kind)
    }

    fn background(&self) -> Value {
        let Some(order) = &self.current else { return Value::Null };
        let first = order.items.first();
        json!({
            "order_id": order.id, "customer": order.customer, "items": order.lines(), "total": money(order.total()),
            "currency": self.currency, "sku": first.map(|item| item.0), "product": first.map(|item| item.1),
            "quantity": first.map(|item| item.3), "price": first.map(|item| money(item.2)),
            "email": format!("{}@example.com", order.customer.to_lowercase()),
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Order {
    /// In cents.
    fn total(&self) -> i64 {
        self.items.iter().map(|(_, _, price, quantity)| price * quantity).sum()
    }

    fn lines(&self) -> Value {
        let line = |(sku, name, price, quantity): &(&str, &str, i64, i64)| json!({ "sku": sku, "name": name, "quantity": quantity, "price": money(*price) });
        self.items.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sku_stands_once() {
        for goods in [GOODS, DISHES] {
            for (index, (sku, ..)) in goods.iter().enumerate() {
                assert!(goods[..index].iter().all(|(other, ..)| other != sku), "{sku}");
            }
        }
    }
}
