//! Where the bytes of ready messages live: a few large blocks that the messages share, so that a line costs
//! no allocation and the source need not be kept.

use bytes::{Bytes, BytesMut};
use mockforge_ws_core::Utf8Bytes;

/// The size of a block. Texts of a quarter of it get a block of their own, so little is wasted.
const BLOCK: usize = 64 << 10;

#[derive(Debug, Default)]
pub(crate) struct Arena {
    block: BytesMut,
}

impl Arena {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Bytes {
        if bytes.len() >= BLOCK / 4 {
            return Bytes::copy_from_slice(bytes);
        }
        if self.block.capacity() < bytes.len() {
            self.block = BytesMut::with_capacity(BLOCK);
        }
        self.block.extend_from_slice(bytes);
        self.block.split().freeze()
    }

    pub(crate) fn text(&mut self, text: &str) -> Utf8Bytes {
        self.bytes(text.as_bytes()).try_into().expect("the bytes of a str are UTF-8")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_side_by_side() {
        let mut arena = Arena::default();
        let (one, two) = (arena.text("one"), arena.text("two"));
        assert_eq!((one.as_str(), two.as_str()), ("one", "two"));
        assert_eq!(one.as_ptr() as usize + 3, two.as_ptr() as usize);
        let texts: Vec<_> = (0..5_000).map(|n| arena.text(&format!("{n:>40}"))).collect();
        assert!(texts.iter().enumerate().all(|(n, text)| text.trim().parse() == Ok(n)));
        assert_eq!(arena.bytes(&[7; BLOCK]).len(), BLOCK);
    }
}
