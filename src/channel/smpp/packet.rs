//! What a short message centre says, read with patience.
//!
//! The packet crate refuses what centres send every day: a number in an optional field
//! without the zero that ends it, times of other lengths, signs beyond ASCII. So packets that
//! come in are read here, and only those that go out are the crate's.

/// What is left to read of a packet.
pub struct Fields<'p>(&'p [u8]);

pub const GENERIC_NACK: u32 = 0x8000_0000;
pub const SUBMIT_SM_RESP: u32 = 0x8000_0004;
pub const DELIVER_SM: u32 = 0x0000_0005;
pub const UNBIND: u32 = 0x0000_0006;
pub const ENQUIRE_LINK: u32 = 0x0000_0015;
/// Set in the command of every answer.
pub const ANSWER: u32 = 0x8000_0000;
/// Octets before the body.
pub const HEADER: usize = 16;

/// In `esm_class`: the text begins with a header.
const WITH_HEADER: u8 = 0x40;
/// Elements of such a header: which part this is, with a reference of one octet or of two.
const PART: u8 = 0x00;
const PART_WIDE: u8 = 0x08;

const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
const SAR_REFERENCE: u16 = 0x020c;
const SAR_TOTAL: u16 = 0x020e;
const SAR_NUMBER: u16 = 0x020f;
const NETWORK_ERROR_CODE: u16 = 0x0423;
const MESSAGE_PAYLOAD: u16 = 0x0424;
const MESSAGE_STATE: u16 = 0x0427;

/// The head of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub command: u32,
    pub status: u32,
    pub sequence: u32,
}

/// Parts a frame into head and body; `None` if it has no whole head.
pub fn open(frame: &[u8]) -> Option<(Head, &[u8])> {
    let word = |at: usize| {
        let octets = frame.get(at..at + 4)?;
        octets.try_into().ok().map(u32::from_be_bytes)
    };
    let head = Head { command: word(4)?, status: word(8)?, sequence: word(12)? };
    Some((head, frame.get(HEADER..)?))
}

/// Which part of a longer message this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub reference: u16,
    pub total: u8,
    /// From 1.
    pub number: u8,
}

impl Segment {
    /// `None` where it says nothing that can be: one part of one, or one beyond the last.
    fn of(reference: u16, total: u8, number: u8) -> Option<Self> {
        (total > 1 && (1..=total).contains(&number)).then_some(Self { reference, total, number })
    }
}

/// A message that came in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Deliver {
    pub from: String,
    pub to: String,
    pub esm_class: u8,
    pub data_coding: u8,
    pub message: Vec<u8>,
    pub receipted: Option<String>,
    pub state: Option<u8>,
    pub network_error: Option<u16>,
    /// `sar_msg_ref_num`, `sar_total_segments`, `sar_segment_seqnum`
    pub sar: [Option<u16>; 3],
}

impl Deliver {
    /// Reads the body of a `deliver_sm`; `None` if it ends too early.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields(body);
        fields.text()?; // service_type
        fields.skip(2)?;
        let from = fields.text()?;
        fields.skip(2)?;
        let to = fields.text()?;
        let esm_class = fields.octet()?;
        fields.skip(2)?;
        fields.text()?; // schedule_delivery_time
        fields.text()?; // validity_period
        fields.skip(2)?;
        let data_coding = fields.octet()?;
        fields.skip(1)?;
        let length = fields.octet()?;
        let message = fields.octets(length.into())?.to_vec();
        let mut deliver = Self { from, to, esm_class, data_coding, message, ..Self::default() };
        while let Some((tag, value)) = fields.optional() {
            match (tag, value) {
                (RECEIPTED_MESSAGE_ID, value) => deliver.receipted = Some(text(value)),
                (MESSAGE_STATE, &[state]) => deliver.state = Some(state),
                (NETWORK_ERROR_CODE, &[_, high, low]) => {
                    deliver.network_error = Some(u16::from_be_bytes([high, low]));
                }
                (MESSAGE_PAYLOAD, value) if deliver.message.is_empty() => {
                    deliver.message = value.to_vec();
                }
                (SAR_REFERENCE, &[high, low]) => {
                    deliver.sar[0] = Some(u16::from_be_bytes([high, low]));
                }
                (SAR_TOTAL, &[total]) => deliver.sar[1] = Some(total.into()),
                (SAR_NUMBER, &[number]) => deliver.sar[2] = Some(number.into()),
                _ => {} // nothing we need
            }
        }
        Some(deliver)
    }

    /// The header of the text, and the text.
    fn split(&self) -> (&[u8], &[u8]) {
        if self.esm_class & WITH_HEADER == 0 {
            return (&[], &self.message);
        }
        let Some((length, rest)) = self.message.split_first() else { return (&[], &[]) };
        rest.split_at_checked(usize::from(*length)).unwrap_or((&[], &[]))
    }

    /// The text without its header.
    pub fn body(&self) -> &[u8] {
        self.split().1
    }

    /// Which part of a longer message it is; `None`: it is a whole one.
    pub fn segment(&self) -> Option<Segment> {
        let (mut elements, _) = self.split();
        while let [kind, length, rest @ ..] = elements {
            let Some((element, after)) = rest.split_at_checked(usize::from(*length)) else { break };
            match (*kind, element) {
                (PART, &[reference, total, number]) => {
                    return Segment::of(reference.into(), total, number);
                }
                (PART_WIDE, &[high, low, total, number]) => {
                    return Segment::of(u16::from_be_bytes([high, low]), total, number);
                }
                _ => elements = after, // of fonts, ports and the like
            }
        }
        let [Some(reference), Some(total), Some(number)] = self.sar else { return None };
        Segment::of(reference, u8::try_from(total).ok()?, u8::try_from(number).ok()?)
    }
}

/// The number a centre gave to a message it took; empty if it gave none.
pub fn message_id(body: &[u8]) -> String {
    let end = body.iter().position(|octet| *octet == 0).unwrap_or(body.len());
    text(&body[..end])
}

/// Printable signs up to the zero; two centres in three pad with something else.
fn text(octets: &[u8]) -> String {
    let octets = octets.split(|octet| *octet == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(octets);
    text.chars().filter(|sign| !sign.is_control()).collect::<String>().trim().to_owned()
}

impl<'p> Fields<'p> {
    fn octets(&mut self, count: usize) -> Option<&'p [u8]> {
        let (octets, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(octets)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.octets(count).map(drop)
    }

    fn octet(&mut self) -> Option<u8> {
        self.octets(1).map(|octets| octets[0])
    }

    fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|octet| *octet == 0)?;
        let octets = self.octets(end + 1)?;
        Some(text(octets))
    }

    /// The next optional field; `None` at the end or where it is cut off.
    fn optional(&mut self) -> Option<(u16, &'p [u8])> {
        let head = self.octets(4)?;
        let tag = u16::from_be_bytes([head[0], head[1]]);
        let length = u16::from_be_bytes([head[2], head[3]]);
        Some((tag, self.octets(length.into())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(message: &[u8], optional: &[u8]) -> Vec<u8> {
        let mut body = b"\0\x01\x018613800138000\0\0\x0110690\0\x04\0\0\0\0\0\0\0\0".to_vec();
        body.push(message.len() as u8);
        body.extend(message);
        body.extend(optional);
        body
    }

    #[test]
    fn optional_fields_are_read_as_they_are_sent() {
        #[rustfmt::skip]
        let table = [
            ("as the book says", &b"\x00\x1e\0\x03ab\0\x04\x27\0\x01\x02"[..], Some("ab"),  Some(2)),
            ("without its zero", &b"\x00\x1e\0\x02ab\x04\x27\0\x01\x05"[..],   Some("ab"),  Some(5)),
            ("one of a vendor first", &b"\x14\x00\0\x01x\x00\x1e\0\x03ab\0"[..],    Some("ab"),  None),
            ("cut off in a value", &b"\x04\x27\0\x01\x02\x00\x1e\0\x09ab"[..],   None,        Some(2)),
            ("cut off in a head", &b"\x04\x27\0\x01\x02\x00\x1e"[..],           None,        Some(2)),
            ("a state of two octets", &b"\x04\x27\0\x02\x02\x02"[..],               None,        None),
        ];
        for (name, optional, id, state) in table {
            let read = Deliver::read(&body(b"x", optional)).expect(name);
            assert_eq!((read.receipted.as_deref(), read.state), (id, state), "{name}");
        }
    }

    #[test]
    fn a_part_says_which_it_is() {
        let part = |reference, total, number| Some(Segment { reference, total, number });
        #[rustfmt::skip]
        let table = [
            ("no header",              0x00, &b"hi"[..],                                &b""[..],  None, "hi"),
            ("a short reference",      0x40, b"\x05\0\x03\x07\x02\x01hi",              b"",       part(7, 2, 1), "hi"),
            ("a long reference",       0x40, b"\x06\x08\x04\x01\x07\x03\x03hi",         b"",       part(263, 3, 3), "hi"),
            ("after another element",  0x40, b"\x09\x24\x02xy\0\x03\x07\x02\x02hi",     b"",       part(7, 2, 2), "hi"),
            ("a port only",            0x40, b"\x04\x05\x02xyhi",                       b"",       None, "hi"),
            ("beyond the last",        0x40, b"\x05\0\x03\x07\x02\x03hi",              b"",       None, "hi"),
            ("part zero",              0x40, b"\x05\0\x03\x07\x02\x00hi",              b"",       None, "hi"),
            ("one of one",             0x40, b"\x05\0\x03\x07\x01\x01hi",              b"",       None, "hi"),
            ("a header cut off",       0x40, b"\x05\0\x03\x07",                         b"",       None, ""),
            ("an element cut off",     0x40, b"\x03\0\x09\x07hi",                       b"",       None, "hi"),
            ("optional fields",        0x00, b"hi", b"\x02\x0c\0\x02\x01\x07\x02\x0e\0\x01\x02\x02\x0f\0\x01\x01", part(263, 2, 1), "hi"),
            ("two of three fields",    0x00, b"hi", b"\x02\x0c\0\x02\x01\x07\x02\x0e\0\x01\x02",                 None, "hi"),
        ];
        for (name, esm_class, message, optional, segment, text) in table {
            let deliver = Deliver::read(&body(message, optional)).expect(name);
            let deliver = Deliver { esm_class, ..deliver };
            assert_eq!(deliver.segment(), segment, "{name}");
            assert_eq!(deliver.body(), text.as_bytes(), "{name}");
        }
    }

    #[test]
    fn no_bytes_are_too_wild_to_be_read() {
        let whole = body(b"hello", b"\x04\x24\0\x03abc");
        for end in 0..whole.len() {
            drop(Deliver::read(&whole[..end]));
            assert_eq!(open(&whole[..end]).is_some(), end >= HEADER, "{end}");
        }
        let read = Deliver::read(&whole).expect("a whole packet");
        assert_eq!((read.from.as_str(), read.message.as_slice()), ("8613800138000", &b"hello"[..]));
        let payload = Deliver::read(&body(b"", b"\x04\x24\0\x03abc")).expect("a whole packet");
        assert_eq!(payload.message, b"abc");
        assert_eq!(message_id(b" 0A1B\0rest"), "0A1B");
        assert_eq!(message_id(b""), "");
    }
}
