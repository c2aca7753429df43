//! What the status of an answer means for a letter.
//!
//! Only what is about the letter itself is final. A status about our own settings or login
//! loses no letter: it waits until somebody has mended them, or is given up in time.

/// What to do after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Later,
    Never,
}

/// The status, what it says, and what it means. Those that are missing mean `Later`.
#[rustfmt::skip]
const STATUSES: [(u32, &str, Verdict); 38] = [
    (0x000, "accepted",                          Verdict::Accepted),
    (0x001, "invalid message length",            Verdict::Never),
    (0x002, "invalid command length",            Verdict::Later),
    (0x003, "invalid command",                   Verdict::Later),
    (0x004, "not bound for this command",        Verdict::Later),
    (0x005, "already bound",                     Verdict::Later),
    (0x006, "invalid priority",                  Verdict::Later),
    (0x007, "invalid registered_delivery",       Verdict::Later),
    (0x008, "system error",                      Verdict::Later),
    (0x00a, "invalid source address",            Verdict::Later),
    (0x00b, "invalid destination address",       Verdict::Never),
    (0x00d, "bind failed",                       Verdict::Later),
    (0x00e, "invalid password",                  Verdict::Later),
    (0x00f, "invalid system_id",                 Verdict::Later),
    (0x014, "message queue full",                Verdict::Later),
    (0x015, "invalid service type",              Verdict::Later),
    (0x043, "invalid esm_class",                 Verdict::Later),
    (0x045, "submit failed",                     Verdict::Later),
    (0x048, "invalid source_ton",                Verdict::Later),
    (0x049, "invalid source_npi",                Verdict::Later),
    (0x050, "invalid dest_ton",                  Verdict::Later),
    (0x051, "invalid dest_npi",                  Verdict::Later),
    (0x053, "invalid system_type",               Verdict::Later),
    (0x058, "throttled",                         Verdict::Later),
    (0x062, "invalid validity",                  Verdict::Later),
    (0x064, "temporary error at the receiver",   Verdict::Later),
    (0x065, "permanent error at the receiver",   Verdict::Never),
    (0x066, "rejected by the receiver",          Verdict::Never),
    (0x0c0, "error in the optional part",        Verdict::Later),
    (0x0c1, "optional field not allowed",        Verdict::Later),
    (0x0c4, "invalid optional field",            Verdict::Later),
    (0x0fe, "delivery failure",                  Verdict::Later),
    (0x0ff, "unknown error",                     Verdict::Later),
    (0x100, "not authorised for the service",    Verdict::Later),
    (0x101, "operation prohibited",              Verdict::Later),
    (0x102, "service unavailable",               Verdict::Later),
    (0x103, "service denied for this content",   Verdict::Never),
    (0x104, "invalid data coding",               Verdict::Later),
];

/// What to do after an answer with this status.
pub fn verdict(status: u32) -> Verdict {
    known(status).map_or(Verdict::Later, |(_, _, verdict)| *verdict)
}

/// `SMPP 0x0000000B invalid destination address`.
pub fn words(status: u32) -> String {
    // 0x400 to 0x4FF belong to the vendors; only their books can tell.
    let says = known(status).map_or("a status of this centre's own", |(_, says, _)| says);
    format!("SMPP 0x{status:08X} {says}")
}

fn known(status: u32) -> Option<&'static (u32, &'static str, Verdict)> {
    STATUSES.iter().find(|(known, _, _)| *known == status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_keeps_its_number_in_words() {
        #[rustfmt::skip]
        let table = [
            (0x00,  "SMPP 0x00000000 accepted",                       Verdict::Accepted),
            (0x0b,  "SMPP 0x0000000B invalid destination address",    Verdict::Never),
            (0x14,  "SMPP 0x00000014 message queue full",             Verdict::Later),
            (0x58,  "SMPP 0x00000058 throttled",                      Verdict::Later),
            (0x0e,  "SMPP 0x0000000E invalid password",               Verdict::Later),
            (0x40a, "SMPP 0x0000040A a status of this centre's own",  Verdict::Later),
        ];
        for (status, want, verdict_wanted) in table {
            assert_eq!(words(status), want);
            assert_eq!(verdict(status), verdict_wanted, "{want}");
        }
    }
}
