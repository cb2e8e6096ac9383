//! Which WebSocket of a HAR is meant.

use std::fmt::Write as _;

use mockforge_ws_diagnostic::Problem;

use super::harvest::Har;
use super::socket::Socket;

/// So many are listed in a message.
const LISTED: usize = 20;

impl Har {
    /// The one WebSocket that has this number, from 1, and whose URL contains this text; both may be left out.
    ///
    /// # Errors
    /// Where there is none, or there are several: the message lists them.
    ///
    /// ```
    /// use mockforge_ws_replay::har;
    ///
    /// let file = r#"{"log":{"entries":[
    ///   {"request":{"url":"ws://a/x"},"_webSocketMessages":[{"type":"receive","opcode":1,"data":"hi"}]},
    ///   {"request":{"url":"ws://a/y"},"_webSocketMessages":[{"type":"receive","opcode":1,"data":"ho"}]}
    /// ]}}"#;
    /// let har = har::read(file.as_bytes(), "two.har").unwrap();
    /// assert_eq!(har.select(Some(2), None).unwrap().1.path(), "/y");
    /// assert_eq!(har.select(None, Some("/x")).unwrap().0, 1);
    /// assert_eq!(har.select(None, None).unwrap_err().message, "the HAR has 2 WebSockets, and one is wanted");
    /// ```
    pub fn select(&self, number: Option<usize>, url: Option<&str>) -> Result<(usize, &Socket), Problem> {
        let count = self.sockets.len();
        let fits = |(at, socket): &(usize, &Socket)| {
            number.is_none_or(|number| number == *at) && url.is_none_or(|url| socket.url.contains(url))
        };
        let mut found = (1..).zip(&self.sockets).filter(fits);
        let (first, second) = (found.next(), found.next());
        let message = match (first, second, number, url) {
            (Some(first), None, ..) => return Ok(first),
            (Some(_), Some(_), _, Some(url)) => {
                format!("several of the HAR's WebSockets have `{url}` in their URLs")
            }
            (Some(_), Some(_), ..) => format!("the HAR has {count} WebSockets, and one is wanted"),
            (None, _, Some(number), None) => match count {
                1 => format!("there is no WebSocket {number}, the HAR has one"),
                count => format!("there is no WebSocket {number}, the HAR has {count}"),
            },
            (None, _, Some(number), Some(url)) => {
                format!("there is no WebSocket {number} with `{url}` in its URL")
            }
            (None, _, None, url) => {
                format!("no WebSocket of the HAR has `{}` in its URL", url.unwrap_or_default())
            }
        };
        Err(Problem::new(message).hint(self.list(LISTED)))
    }

    /// The WebSockets, numbered, one a line; so many at most.
    pub fn list(&self, most: usize) -> String {
        let mut out = String::new();
        for (number, socket) in (1..).zip(&self.sockets).take(most) {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{number}  {socket}");
        }
        if self.sockets.len() > most {
            let _ = writeln!(out, "and {} more", self.sockets.len() - most);
        }
        out.truncate(out.trim_end().len());
        out
    }
}
