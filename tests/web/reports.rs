//! `GET /api/v1/reports/{kind}/{period}`.

use crate::house::{Wish, house};

#[tokio::test]
async fn a_report_is_read_in_every_form() {
    let house = house(Wish::default()).await;
    let token = house.token(&["read"]).await;
    #[rustfmt::skip]
    let table = [
        // name               path                                status  begins with
        ("json",              "month/2026-03",                      200, "{\"schema\":\"duban-report/1\""),
        ("html",              "month/2026-03?format=html",          200, "<!doctype html>"),
        ("english",           "month/2026-03?format=text&language=en", 200, "Monthly bulletin, No. 3 of 2026, 2026-03\n"),
        ("a table",           "month/2026-03?format=csv&section=flow", 200, ""),
        ("no such form",      "month/2026-03?format=pdf",           400, ""),
        ("no such language",  "month/2026-03?language=fr",          400, ""),
        ("no such section",   "month/2026-03?format=csv&section=x", 400, ""),
        ("no such report",    "fortnight/2026-03",                  404, ""),
        ("no such period",    "month/March",                        400, ""),
        ("of another length", "month/2026",                         400, ""),
        ("no such version",   "month/2026-03?version=7",            404, ""),
        ("no such option",    "month/2026-03?restate=true",         400, ""),
    ];
    for (name, path, status, begins) in table {
        let reply = house.get_as(&token, &format!("/api/v1/reports/{path}")).await;
        assert_eq!(reply.status, status, "{name}");
        assert!(status != 200 || reply.body.starts_with(begins), "{name}: {}", reply.body);
    }
    assert_eq!(house.get("/api/v1/reports/month/2026-03").await.status, 401, "not for everybody");
    house.stop().await;
}
