//! Orders of a shop: created, paid, packed, shipped, delivered, sometimes cancelled; the total is the sum of the
//! items. It is a desk too: what its client orders is what the order has.

mod goods;
mod noun;
mod request;
mod sentence;
mod wish;

use serde_json::{Value, json};

use self::goods::{Goods, Item};
use self::request::{Request, Which};
use self::wish::Wish;
use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, keep_newest, money};

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "order_created", like: "order,new,placed,received,submitted,opened,confirmed" },
    Kind { name: "order_paid", like: "payment,charged,captured,authorized" },
    Kind { name: "order_packed", like: "preparing,processing,prepared,ready,picked" },
    Kind { name: "order_shipped", like: "shipment,dispatched,sent,transit,updated" },
    Kind { name: "order_delivered", like: "delivery,completed,fulfilled,done,closed" },
    Kind { name: "order_cancelled", like: "canceled,cancel,refund,refunded,failed,rejected" },
    Kind { name: "order_status", like: "track" },
    Kind { name: "menu", like: "catalogue,catalog" },
    Kind { name: "error", like: "" },
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

/// How many orders of the client are remembered after they are over.
const MOST_CLOSED: usize = 24;

#[derive(Clone)]
pub(crate) struct Orders {
    goods: Goods,
    customers: Vec<String>,
    currency: &'static str,
    open: Vec<Order>,
    number: i64,
    /// The one that the last event is about.
    current: Option<Order>,
    /// Who the client is, since its first order.
    client: Option<String>,
    /// Orders of the client that are over.
    closed: Vec<Order>,
    answers: Answers<Request>,
}

#[derive(Clone)]
struct Order {
    id: Value,
    customer: String,
    items: Vec<Item>,
    stage: usize,
    is_cancelled: bool,
    /// Whether the client placed it.
    is_clients: bool,
    tracking: Option<String>,
}

impl Orders {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let named = setting.narrative.people.len();
        let count = setting.narrative.crowd(&["customer", "user", "person"]).unwrap_or(named.max(8));
        Self {
            goods: Goods::of(setting),
            customers: setting.people(count.clamp(1, 60), scene),
            currency: setting.narrative.amounts.first().map_or("USD", |amount| amount.currency),
            open: Vec::new(),
            number: scene.int(1000, 9000),
            current: None,
            client: None,
            closed: Vec::new(),
            answers: Answers::default(),
        }
    }

    /// An order of somebody, of what there is.
    fn create(&mut self, scene: &mut Scene<'_>) -> Order {
        let mut items: Vec<Item> = Vec::new();
        for _ in 0..scene.int(1, 4) {
            let (sku, name, price) = *scene.pick(self.goods.list());
            if items.iter().all(|other| other.sku != sku) {
                let quantity = if scene.chance(0.75) { 1 } else { scene.int(2, 4) };
                items.push(Item { sku: sku.into(), name: name.into(), price, quantity });
            }
        }
        let customer = scene.pick(&self.customers).clone();
        self.order(items, customer)
    }

    fn order(&mut self, items: Vec<Item>, customer: String) -> Order {
        self.number += 1;
        let id = format!("ord-{}", self.number).into();
        Order { id, customer, items, stage: 0, is_cancelled: false, is_clients: false, tracking: None }
    }

    /// An order of the client.
    fn place(
        &mut self,
        id: Value,
        customer: Option<String>,
        wishes: &[Wish],
        quantity: Option<i64>,
        scene: &mut Scene<'_>,
    ) -> Value {
        let mut order = if wishes.is_empty() {
            let mut order = self.create(scene);
            if let Some(quantity) = quantity {
                order.items.truncate(1);
                order.items[0].quantity = quantity;
            }
            order
        } else {
            let mut items: Vec<Item> = Vec::new();
            for wish in wishes {
                let item = self.goods.item(wish, scene);
                match items.iter_mut().find(|other| other.sku == item.sku && other.name == item.name) {
                    Some(same) => same.quantity += item.quantity,
                    None => items.push(item),
                }
            }
            self.order(items, String::new())
        };
        if !id.is_null() {
            order.id = id;
        }
        let client = customer.or(self.client.take()).unwrap_or_else(|| scene.pick(&self.customers).clone());
        self.client = Some(client.clone());
        order.customer = client;
        order.is_clients = true;
        self.open(order.clone());
        self.told(order, "order_created", "created", scene)
    }

    /// Takes an order in; where too many are open, the oldest is forgotten.
    fn open(&mut self, order: Order) {
        if self.open.len() >= MOST_OPEN {
            self.open.remove(0);
        }
        self.open.push(order);
    }

    /// Takes an order out that is over.
    fn close(&mut self, index: usize) -> Order {
        let order = self.open.remove(index);
        if order.is_clients {
            self.closed.push(order.clone());
            keep_newest(&mut self.closed, MOST_CLOSED);
        }
        order
    }

    fn told(&mut self, order: Order, kind: &str, status: &str, scene: &Scene<'_>) -> Value {
        let mut event = json!({
            "type": kind, "order_id": order.id, "status": status, "customer": order.customer,
        });
        if ["order_created", "order_status"].contains(&kind) {
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

    fn answer(&mut self, request: Request, scene: &mut Scene<'_>) -> Value {
        match request {
            Request::Place { id, customer, wishes, quantity } => {
                self.place(id, customer, &wishes, quantity, scene)
            }
            Request::Cancel(which) => match find(&self.open, &which) {
                Some(index) => {
                    self.open[index].is_cancelled = true;
                    let order = self.close(index);
                    self.told(order, "order_cancelled", "cancelled", scene)
                }
                None => unknown("order_cancelled", which, "no open order has this id", scene),
            },
            Request::Status(which) => {
                let open = find(&self.open, &which).map(|index| &self.open[index]);
                let order = open.or_else(|| find(&self.closed, &which).map(|index| &self.closed[index]));
                match order.cloned() {
                    Some(order) => {
                        let status = order.status();
                        self.told(order, "order_status", status, scene)
                    }
                    None => unknown("order_status", which, "no order has this id", scene),
                }
            }
            Request::Menu(wishes) => self.menu(&wishes, scene),
            Request::Other(reference) => self.error(&reference, scene),
        }
    }

    /// What there is, or what the client asks for, with prices.
    fn menu(&mut self, wishes: &[Wish], scene: &mut Scene<'_>) -> Value {
        let line =
            |sku: &str, name: &str, price: i64| json!({ "sku": sku, "name": name, "price": money(price) });
        let items: Vec<Value> = if wishes.is_empty() {
            self.goods.list().iter().map(|(sku, name, price)| line(sku, name, *price)).collect()
        } else {
            let items = wishes.iter().map(|wish| self.goods.item(wish, scene));
            items.map(|item| line(&item.sku, &item.name, item.price)).collect()
        };
        json!({ "type": "menu", "items": items, "currency": self.currency, "timestamp": scene.stamp() })
    }

    /// What the desk takes, to somebody who asked for something else.
    fn error(&self, reference: &Value, scene: &Scene<'_>) -> Value {
        let mut names = self.goods.list().iter().map(|(_, name, _)| name.to_lowercase());
        let (first, second) = (names.next().unwrap_or_default(), names.nth(2).unwrap_or_default());
        let message = format!(
            "not understood; say what you order (\"2 {first}, 1 {second}\"), or \"menu\", \"status\" or \"cancel\""
        );
        let mut event = json!({ "type": "error", "message": message });
        if !reference.is_null() {
            event["ref"] = reference.clone();
        }
        event["timestamp"] = scene.stamp().into();
        event
    }
}

/// The answer about an order that is none.
fn unknown(kind: &str, which: Which, named: &str, scene: &Scene<'_>) -> Value {
    let (id, reason) = match which {
        Which::Named(id) => (id, named),
        Which::Last => (Value::Null, "you have no such order"),
    };
    json!({
        "type": kind, "order_id": id, "status": "unknown", "reason": reason, "timestamp": scene.stamp(),
    })
}

/// Where an order stands in a list.
fn find(orders: &[Order], which: &Which) -> Option<usize> {
    match which {
        Which::Last => orders.iter().rposition(|order| order.is_clients),
        Which::Named(id) => orders.iter().rposition(|order| order.is_called(id)),
    }
}

impl World for Orders {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        if let Some(request) = self.answers.take(|request| scene.allows(request.kind())) {
            return self.answer(request, scene);
        }
        match scene.wanted {
            Some("menu") => return self.menu(&[], scene),
            Some("error") => return self.error(&Value::Null, scene),
            Some("order_status") => {
                scene.wanted = None;
                let mut event = self.event(scene);
                scene.wanted = Some("order_status");
                event["type"] = "order_status".into();
                return event;
            }
            _ => {}
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
            let order = self.create(scene);
            self.open(order.clone());
            return self.told(order, "order_created", "created", scene);
        }
        let index = if ready.is_empty() { scene.index(self.open.len()) } else { *scene.pick(&ready) };
        let cancels = scene.wanted.is_none() && self.open[index].stage < 3 && scene.chance(0.02);
        if scene.wants("order_cancelled") || cancels {
            self.open[index].is_cancelled = true;
            let order = self.close(index);
            return self.told(order, "order_cancelled", "cancelled", scene);
        }
        let order = &mut self.open[index];
        order.stage += 1;
        let (kind, status) = STAGES[order.stage];
        if kind == "order_shipped" {
            order.tracking = Some(format!("TRK{:09}", scene.int(0, 999_999_999)));
        }
        let order = if kind == "order_delivered" { self.close(index) } else { order.clone() };
        self.told(order, kind, status, scene)
    }

    fn hear(&mut self, heard: &Heard) {
        if let Some(request) = request::of(heard, |name| self.goods.find(name).is_some()) {
            self.answers.push(request);
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(Request::kind)
    }

    fn background(&self) -> Value {
        let Some(order) = &self.current else { return Value::Null };
        let first = order.items.first();
        json!({
            "order_id": order.id, "customer": order.customer, "items": order.lines(), "total": money(order.total()),
            "currency": self.currency, "sku": first.map(|item| &item.sku), "product": first.map(|item| &item.name),
            "quantity": first.map(|item| item.quantity), "price": first.map(|item| money(item.price)),
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
        self.items.iter().map(|item| item.price * item.quantity).sum()
    }

    fn lines(&self) -> Value {
        let line = |item: &Item| {
            json!({
                "sku": item.sku, "name": item.name, "quantity": item.quantity, "price": money(item.price),
            })
        };
        self.items.iter().map(line).collect()
    }

    fn status(&self) -> &'static str {
        if self.is_cancelled { "cancelled" } else { STAGES[self.stage].1 }
    }

    /// Whether this is its id, or the number in it.
    fn is_called(&self, id: &Value) -> bool {
        let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_lowercase);
        let (own, named) = (text(&self.id), text(id));
        own == named || own.strip_prefix("ord-").is_some_and(|number| number == named)
    }
}
