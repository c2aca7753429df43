//! Forms of our own pages.

use axum::{
    Form,
    body::{Body, Bytes},
    extract::{FromRequest as _, Request},
    http::{HeaderMap, HeaderValue, Method, header},
};
use serde::de::DeserializeOwned;

/// Reads the fields of a form; `None` if it is none.
pub(super) async fn fields<T: DeserializeOwned>(body: Bytes) -> Option<T> {
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    Form::<T>::from_request(request, &()).await.ok().map(|Form(fields)| fields)
}

/// Whether the form was sent from our own page. Old browsers say nothing; `null` is what
/// browsers send here because the page forbids referrers.
pub(super) fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match text(header::ORIGIN) {
        None | Some("null") => true,
        Some(origin) => {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            public_url.starts_with(origin) || text(header::HOST) == Some(host)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers = &'static [(&'static str, &'static str)];

    #[test]
    fn only_our_own_form_is_taken() {
        #[rustfmt::skip]
        let table: [(&str, Headers, bool); 8] = [
            ("an old browser",               &[],                                                        true),
            ("our page",                     &[("sec-fetch-site", "same-origin"), ("origin", "null")],   true),
            ("typed in",                     &[("sec-fetch-site", "none")],                              true),
            ("another site",                 &[("sec-fetch-site", "cross-site")],                        false),
            ("a sister site",                &[("sec-fetch-site", "same-site")],                         false),
            ("public address",               &[("origin", "https://rate.example.gov.cn")],               true),
            ("the host itself",              &[("origin", "http://10.0.0.5:8420"), ("host", "10.0.0.5:8420")], true),
            ("another origin",               &[("origin", "https://evil.example"), ("host", "10.0.0.5:8420")], false),
        ];
        for (name, given, want) in table {
            let mut headers = HeaderMap::new();
            for (header, value) in given {
                headers.insert(*header, value.parse().expect("a header"));
            }
            assert_eq!(is_own(&headers, "https://rate.example.gov.cn"), want, "{name}");
        }
    }
}
