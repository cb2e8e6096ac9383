//! Close codes and reasons (RFC 6455, section 7.4).

use tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

/// The longest reason that fits a close frame: 125 bytes of payload less two for the code.
pub const MAX_REASON: usize = 123;

/// A close frame; a reason that is too long is cut at a character boundary.
///
/// ```
/// let frame = mockforge_ws_core::close::frame(4001, &"é".repeat(100));
/// assert_eq!(frame.reason.len(), 122);
/// ```
pub fn frame(code: u16, reason: &str) -> CloseFrame {
    let end = reason.floor_char_boundary(MAX_REASON);
    CloseFrame { code: CloseCode::from(code), reason: reason[..end].into() }
}

/// Why a code may not stand in a close frame, or `None` where it may.
///
/// ```
/// use mockforge_ws_core::close::objection;
///
/// assert_eq!(objection(4001), None);
/// assert!(objection(1006).unwrap().contains("never sent"));
/// ```
pub fn objection(code: u16) -> Option<&'static str> {
    match code {
        1000..=1003 | 1007..=1014 | 3000..=4999 => None,
        1005 | 1006 | 1015 => Some("is reserved for reports by a client library and is never sent"),
        1004 => Some("is reserved and has no meaning yet"),
        0..=999 => Some("is below 1000, the smallest close code"),
        5000..=u16::MAX => Some("is above 4999, the largest close code"),
        _ => Some("is reserved by RFC 6455 for future use"),
    }
}
