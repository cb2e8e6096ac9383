//! Follows the frames in a stream of bytes by their headers, without touching payloads (RFC 6455, section 5.2).

use mockforge_ws_core::{CloseFrame, Traffic, close};

use crate::Framing;

/// A longest header: two bytes, eight of length, four of mask.
const HEADER: usize = 14;
/// The longest payload of a control frame.
const CONTROL: usize = 125;

/// One direction's frames.
#[derive(Debug)]
pub(super) struct Tap {
    /// The header that is being read.
    header: [u8; HEADER],
    have: u8,
    /// The payload bytes of the present frame that are yet to come.
    left: u64,
    /// The bytes of the present message so far.
    message: u64,
    framing: Framing,
    traffic: Traffic,
    /// The payload of a close frame, from when one came.
    close: Option<Box<Closing>>,
}

#[derive(Debug, Default)]
struct Closing {
    payload: Vec<u8>,
    mask: Option<[u8; 4]>,
}

/// What can't be let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objection {
    /// A message larger than is allowed; its length so far.
    TooLarge(u64),
    /// A frame larger than is allowed; its length.
    FrameTooLarge(u64),
    /// A frame that is none: the length of a control frame is above 125, or a length has its highest bit set.
    Malformed,
}

impl Tap {
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            header: [0; HEADER],
            have: 0,
            left: 0,
            message: 0,
            framing,
            traffic: Traffic::default(),
            close: None,
        }
    }

    /// What went by.
    pub(super) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Whether a frame of ours may stand behind what was let through.
    pub(super) fn may_stop(&self) -> bool {
        self.have == 0 && self.left == 0
    }

    /// Whether a close frame has gone by; nothing may follow it.
    pub(super) fn is_closed(&self) -> bool {
        self.close.is_some()
    }

    /// The close frame that went by; `None` inside for one without a code.
    pub(super) fn close_frame(&self) -> Option<Option<CloseFrame>> {
        let Closing { payload, mask } = &**self.close.as_ref()?;
        let mask = mask.unwrap_or_default();
        let payload: Vec<u8> =
            payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        let [high, low, reason @ ..] = &payload[..] else { return Some(None) };
        Some(Some(close::frame(u16::from_be_bytes([*high, *low]), &String::from_utf8_lossy(reason))))
    }

    /// Follows these bytes.
    ///
    /// # Errors
    /// The objection, and how many of the bytes may go through: up to the end of the frame before.
    #[inline]
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), (Objection, usize)> {
        let mut at = 0;
        loop {
            if self.left > 0 {
                let here = self.left.min((bytes.len() - at) as u64) as usize;
                if let Some(closing) = &mut self.close {
                    closing.payload.extend_from_slice(&bytes[at..at + here]);
                }
                self.left -= here as u64;
                at += here;
            }
            if at == bytes.len() {
                return Ok(());
            }
            let began = at;
            let is_torn = self.have > 0;
            while at < bytes.len() {
                self.header[usize::from(self.have)] = bytes[at];
                self.have += 1;
                at += 1;
                if usize::from(self.have) == self.header_len() {
                    if let Err(objection) = self.begin() {
                        // The beginning of a torn header is through already, so that no frame may stand here.
                        self.have = u8::from(is_torn);
                        return Err((objection, began));
                    }
                    break;
                }
            }
        }
    }

    /// How long the header is, as far as it is known; at least two.
    #[inline]
    fn header_len(&self) -> usize {
        if self.have < 2 {
            return 2;
        }
        let extended = match self.header[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + extended + if self.header[1] & 0x80 == 0 { 0 } else { 4 }
    }

    /// A header is complete.
    #[inline]
    fn begin(&mut self) -> Result<(), Objection> {
        let (first, second) = (self.header[0], self.header[1]);
        let (len, behind) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes([self.header[2], self.header[3]])), 4),
            127 => {
                let mut wide = [0; 8];
                wide.copy_from_slice(&self.header[2..10]);
                (u64::from_be_bytes(wide), 10)
            }
            short => (u64::from(short), 2),
        };
        self.have = 0;
        let (is_final, opcode) = (first & 0x80 != 0, first & 0x0f);
        if opcode >= 8 {
            if len > CONTROL as u64 {
                return Err(Objection::Malformed);
            }
            if opcode == 8 && self.close.is_none() {
                let mask = (second & 0x80 != 0).then(|| {
                    let mask = &self.header[behind..behind + 4];
                    [mask[0], mask[1], mask[2], mask[3]]
                });
                self.close = Some(Box::new(Closing { payload: Vec::new(), mask }));
            }
        } else {
            if len >> 63 != 0 {
                return Err(Objection::Malformed);
            }
            self.message = self.message.saturating_add(len);
            if self.message > self.framing.max_message_size as u64 {
                return Err(Objection::TooLarge(self.message));
            }
            if len > self.framing.max_frame_size as u64 {
                return Err(Objection::FrameTooLarge(len));
            }
            self.traffic.bytes += len;
            if is_final {
                self.traffic.messages += 1;
                self.message = 0;
            }
        }
        self.left = len;
        Ok(())
    }
}

/// A close frame as bytes; masked where a client sends it.
pub(super) fn close_bytes(frame: &CloseFrame, is_client: bool) -> Vec<u8> {
    let mut payload = u16::from(frame.code).to_be_bytes().to_vec();
    payload.extend_from_slice(frame.reason.as_bytes());
    payload.truncate(CONTROL);
    let len = payload.len() as u8;
    let mut bytes = vec![0x88, len | if is_client { 0x80 } else { 0 }];
    if is_client {
        // What it hides is told to nobody who could choose the payload.
        let mask = [0x5a, 0x17, 0xc3, 0x6e];
        bytes.extend_from_slice(&mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    } else {
        bytes.extend_from_slice(&payload);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        let mask = if masked { 0x80 } else { 0 };
        match payload.len() {
            len @ 0..126 => bytes.push(len as u8 | mask),
            len @ 126..65536 => {
                bytes.push(126 | mask);
                bytes.extend_from_slice(&(len as u16).to_be_bytes());
            }
            len => {
                bytes.push(127 | mask);
                bytes.extend_from_slice(&(len as u64).to_be_bytes());
            }
        }
        if masked {
            bytes.extend_from_slice(&[1, 2, 3, 4]);
        }
        bytes.extend_from_slice(payload);
        bytes
    }

    fn at_most(max_message_size: usize) -> Framing {
        Framing { max_message_size, max_frame_size: 8.max(max_message_size - 2) }
    }

    /// However the bytes are cut, the same messages are counted and the same places are between frames.
    #[test]
    fn frames_are_followed_over_any_cut() {
        for masked in [false, true] {
            let mut bytes = frame(0x01, masked, b"hel");
            bytes.extend(frame(0x89, masked, b"ping"));
            bytes.extend(frame(0x80, masked, b"lo"));
            bytes.extend(frame(0x82, masked, &[7; 300]));
            bytes.extend(frame(0xc1, masked, &[7; 70_000]));
            bytes.extend(frame(0x81, masked, b""));
            for cut in [1, 2, 3, 5, 7, 64, 1000, 1 << 20] {
                let mut tap = Tap::new(at_most(1 << 20));
                for chunk in bytes.chunks(cut) {
                    tap.feed(chunk).unwrap();
                }
                assert!(tap.may_stop());
                assert_eq!(tap.traffic(), Traffic { messages: 4, bytes: 5 + 300 + 70_000 });
                tap.feed(&bytes[..1]).unwrap();
                assert!(!tap.may_stop());
            }
        }
    }

    #[test]
    fn close_frames_are_read() {
        for is_client in [false, true] {
            let frame = close::frame(4001, "over");
            let bytes = close_bytes(&frame, is_client);
            let mut tap = Tap::new(at_most(10));
            for byte in bytes.chunks(1) {
                tap.feed(byte).unwrap();
            }
            assert_eq!(tap.close_frame(), Some(Some(frame)));
            assert!(tap.may_stop() && tap.is_closed());
        }
        let mut tap = Tap::new(at_most(10));
        assert_eq!(tap.close_frame(), None);
        tap.feed(&[0x88, 0]).unwrap();
        assert_eq!(tap.close_frame(), Some(None));
    }

    #[test]
    fn what_is_before_an_objection_may_pass() {
        let check = |bytes: Vec<u8>, objection: Objection, passes: usize| {
            assert_eq!(Tap::new(at_most(10)).feed(&bytes), Err((objection, passes)));
        };
        let with = |mut bytes: Vec<u8>, more: Vec<u8>| {
            bytes.extend(more);
            bytes
        };
        check(frame(0x81, true, &[0; 11]), Objection::TooLarge(11), 0);
        check(with(frame(0x81, false, &[0; 8]), frame(0x81, false, &[0; 11])), Objection::TooLarge(11), 10);
        check(
            with(frame(0x81, false, &[0; 8]), frame(0x81, false, &[0; 9])),
            Objection::FrameTooLarge(9),
            10,
        );
        check(with(frame(0x01, false, &[0; 6]), frame(0x80, false, &[0; 6])), Objection::TooLarge(12), 8);
        let mut tap = Tap::new(at_most(10));
        tap.feed(&[0x81]).unwrap();
        assert_eq!(tap.feed(&[11, 0]), Err((Objection::TooLarge(11), 0)));
        assert!(!tap.may_stop(), "half a header is on the wire");
        check(frame(0x89, false, &[0; 126]), Objection::Malformed, 0);
        check(vec![0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], Objection::Malformed, 0);
    }
}
