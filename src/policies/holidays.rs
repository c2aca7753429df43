use jiff::civil::Date;
pub struct H {
    pub rest: Vec<Date>,
    pub work: Vec<Date>,
    pub years: Vec<i16>,
}
pub fn read(_name: &str, text: &str) -> Result<H, String> {
    let v: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let d = |k: &str| {
        v[k].as_array()
            .into_iter()
            .flatten()
            .filter_map(|x| x["date"].as_str()?.parse().ok())
            .collect()
    };
    Ok(H {
        rest: d("rest"),
        work: d("makeup"),
        years: v["year"].as_i64().map(|y| y as i16).into_iter().collect(),
    })
}
