//! Where a request comes from, as far as limits per address need to know.
//!
//! Behind a proxy on this machine, the last entry of `X-Forwarded-For` is what that proxy
//! saw; entries before it are what the client claims and count for nothing.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub SocketAddr);

/// The network a client counts as: its IPv4 address, or the /64 of its IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
        Ok(Self(client(peer, &parts.headers)))
    }
}

fn client(peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    let seen = if peer.is_loopback() { forwarded(headers) } else { None };
    network(seen.unwrap_or(peer))
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_local_proxy_is_believed() {
        #[rustfmt::skip]
        let table = [
            // name                                   peer           X-Forwarded-For          counts as
            ("no proxy",                              "192.0.2.7",   None,                    "192.0.2.7"),
            ("a claim from outside",                  "192.0.2.7",   Some("198.51.100.1"),    "192.0.2.7"),
            ("a local proxy",                         "127.0.0.1",   Some("198.51.100.1"),    "198.51.100.1"),
            ("a claim before the local proxy's word", "127.0.0.1",   Some("10.0.0.1, 198.51.100.1"), "198.51.100.1"),
            ("nonsense from the local proxy",         "127.0.0.1",   Some("unknown"),         "127.0.0.1"),
            ("IPv6 counts by its network",            "2001:db8:1:2:3:4:5:6", None,           "2001:db8:1:2::"),
            ("IPv4 in IPv6",                          "::ffff:192.0.2.7", None,               "192.0.2.7"),
        ];
        for (name, peer, header, want) in table {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert("x-forwarded-for", header.parse().expect("a header"));
            }
            let got = client(Some(peer.parse().expect("an address")), &headers);
            assert_eq!(got, want.parse::<IpAddr>().expect("an address"), "{name}");
        }
    }
}
