//! How a frame from a client begins.

/// The header of a frame, without its mask (RFC 6455, section 5.2).
pub(crate) fn header(fin: bool, opcode: u8, len: u64) -> Vec<u8> {
    let mut header = vec![u8::from(fin) << 7 | opcode];
    match len {
        0..=125 => header.push(0x80 | len as u8),
        126..=0xffff => {
            header.push(0x80 | 126);
            header.extend((len as u16).to_be_bytes());
        }
        _ => {
            header.push(0x80 | 127);
            header.extend(len.to_be_bytes());
        }
    }
    header
}
