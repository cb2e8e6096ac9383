//! The rooms of a server, as handlers reach them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mockforge_ws_core::{Audience, Fact, Mailbox, Message, Rooms};

use crate::line::Line;
use crate::{Broadcaster, HandlerError, HandlerResult};

/// The name of a connection, such as `/ws#1`.
pub type ConnectionId = String;

/// The rooms of a server: one for all of its connections. A clone is a reference.
///
/// They are the rooms that rules know too, under the same names. A member who does not keep up with what is
/// published is closed with 1013; the others get theirs without waiting for it.
///
/// One that is [made](Self::new) outside of a server has rooms of its own, for tests of handlers.
///
/// ```
/// use mockforge_ws_handlers::RoomManager;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> mockforge_ws_handlers::HandlerResult<()> {
/// let rooms = RoomManager::new();
/// rooms.join("ada", "lobby").await?;
/// rooms.join("bob", "lobby").await?;
/// rooms.leave("ada", "lobby").await?;
/// assert_eq!(rooms.get_room_members("lobby").await, ["bob"]);
/// assert_eq!(rooms.get_connection_rooms("bob").await, ["lobby"]);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct RoomManager {
    rooms: Rooms,
    members: Arc<Mutex<HashMap<ConnectionId, Member>>>,
}

#[derive(Debug)]
struct Member {
    mailbox: Mailbox,
    /// The connection; none for a name that somebody made up.
    line: Weak<Line>,
}

/// What `core` calls the room that users call `name`; it has rooms for other ends too.
pub(crate) fn full_name(name: &str) -> String {
    format!("{PREFIX}{name}")
}

const PREFIX: &str = "room:";

impl RoomManager {
    /// Rooms of its own, without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rooms of a server that runs, to publish from outside: see `Commons::rooms` of
    /// `mockforge_ws_core`. Connections are told by it only where they joined through it.
    pub fn over(rooms: Rooms) -> Self {
        Self { rooms, members: Arc::default() }
    }

    /// Makes a connection a member of a room; nothing where it is one already.
    ///
    /// # Errors
    /// Where the name is longer than 251 bytes or the connection is in 1,024 rooms.
    pub async fn join(&self, conn_id: &str, room: &str) -> HandlerResult<()> {
        let name = full_name(room);
        let (joined, line) = {
            let mut members = self.members();
            let member = members
                .entry(conn_id.to_string())
                .or_insert_with(|| Member { mailbox: Mailbox::new(&self.rooms), line: Weak::new() });
            let joined = member.mailbox.join(&name, None, conn_id);
            (joined.map_err(|reason| HandlerError::RoomError(reason.into()))?, member.line.upgrade())
        };
        if let Some(line) = line.filter(|_| joined) {
            line.note(Fact::Joined { room: name.into() }).await;
        }
        Ok(())
    }

    /// Ends a membership; nothing where there is none.
    ///
    /// # Errors
    /// None; the signature is the wider project's.
    pub async fn leave(&self, conn_id: &str, room: &str) -> HandlerResult<()> {
        self.depart(conn_id, Some(&full_name(room))).await;
        Ok(())
    }

    /// Ends all memberships of a connection.
    ///
    /// # Errors
    /// None; the signature is the wider project's.
    pub async fn leave_all(&self, conn_id: &str) -> HandlerResult<()> {
        self.depart(conn_id, None).await;
        Ok(())
    }

    async fn depart(&self, conn_id: &str, room: Option<&str>) {
        let (left, line) = {
            let mut members = self.members();
            let Some(member) = members.get_mut(conn_id) else { return };
            let left = member.mailbox.leave(room, None);
            let line = member.line.upgrade();
            if line.is_none() && member.mailbox.joined().next().is_none() {
                members.remove(conn_id);
            }
            (left, line)
        };
        let Some(line) = line else { return };
        for room in left {
            line.note(Fact::Left { room }).await;
        }
    }

    /// The members of a room, in the order in which they joined.
    pub async fn get_room_members(&self, room: &str) -> Vec<ConnectionId> {
        let members = self.rooms.members(&full_name(room));
        // Those who only listen have no name.
        members.iter().filter(|name| !name.is_empty()).map(ToString::to_string).collect()
    }

    /// The rooms that a connection is in, in the order in which it joined.
    pub async fn get_connection_rooms(&self, conn_id: &str) -> Vec<String> {
        let members = self.members();
        let joined = members.get(conn_id).into_iter().flat_map(|member| member.mailbox.joined());
        joined.filter_map(|room| room.strip_prefix(PREFIX)).map(str::to_string).collect()
    }

    /// A way to publish in a room, and to listen, for code that is no connection.
    pub async fn get_broadcaster(&self, room: &str) -> Broadcaster {
        Broadcaster::new(self.rooms.clone(), full_name(room).into())
    }

    /// Publishes in a connection's name, to all members or to all others, and says to how many.
    pub(crate) fn publish(&self, sender: &str, room: &str, message: Message, others: bool) -> usize {
        let members = self.members();
        let audience = match members.get(sender) {
            Some(member) if others => Audience::Others(&member.mailbox),
            _ => Audience::All,
        };
        self.rooms.publish(room, sender, message, audience)
    }

    /// A connection opens.
    pub(crate) fn connect(&self, line: &Arc<Line>) {
        let member = Member { mailbox: line.mailbox.sibling(), line: Arc::downgrade(line) };
        self.members().insert(line.id.to_string(), member);
    }

    /// A connection's handlers are done.
    pub(crate) fn disconnect(&self, line: &Arc<Line>) {
        self.members().remove(&*line.id);
    }

    fn members(&self) -> MutexGuard<'_, HashMap<ConnectionId, Member>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The managers of the servers that one mode serves: most often one.
#[derive(Debug, Default)]
pub(crate) struct Exchange(Mutex<Vec<RoomManager>>);

impl Exchange {
    /// The manager over a server's rooms.
    pub(crate) fn rooms(&self, rooms: &Rooms) -> RoomManager {
        let mut managers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(manager) = managers.iter().find(|manager| manager.rooms.same(rooms)) {
            return manager.clone();
        }
        let manager = RoomManager::over(rooms.clone());
        managers.push(manager.clone());
        manager
    }
}
