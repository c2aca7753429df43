//! `kind = "tencent"`.

use std::{collections::BTreeMap, time::Duration};

use super::{
    hidden::{Found, Surroundings},
    print::Page,
    provider::{Approved, Gaps, endpoint, required_secret, templates, token},
    section::Section,
};

const ENDPOINT: &str = "https://sms.tencentcloudapi.com";
const REGION: &str = "ap-guangzhou";

/// An account of Tencent Cloud's SMS service.
#[derive(Clone, Debug, PartialEq)]
pub struct TencentConfig {
    pub endpoint: String,
    pub region: String,
    pub secret_id: String,
    pub secret_key: Found,
    pub sdk_app_id: String,
    /// The approved signature, without 【】.
    pub sign_name: String,
    /// The approved text of each template.
    pub templates: BTreeMap<String, Approved>,
    /// What the address of receipts ends with. Tencent signs nothing, so this is all that tells it apart.
    pub receipts_token: Option<Found>,
    pub timeout: Duration,
}

pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<TencentConfig> {
    let endpoint = endpoint(section, ENDPOINT);
    let region = section.some_text("region");
    let secret_id = section.required("secret_id", "\"AKID...\"");
    let secret_key = required_secret(section, "secret_key", "secret_key_file", name, around);
    let sdk_app_id = section.required("sdk_app_id", "\"1400006666\"");
    let sign_name = section.required("sign_name", "\"督办平台\"");
    let templates = templates(section, Gaps::Numbered);
    let receipts_token = token(section, "receipts_token", "receipts_token_file", name, around);
    let timeout = section.span("timeout", Duration::from_secs(15));
    Some(TencentConfig {
        endpoint,
        region: region.map_or_else(|| REGION.to_owned(), |(text, _)| text),
        secret_id: secret_id?.0,
        secret_key: secret_key?,
        sdk_app_id: sdk_app_id?.0,
        sign_name: sign_name?.0,
        templates,
        receipts_token,
        timeout,
    })
}

impl TencentConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", "tencent");
        page.text("endpoint", &self.endpoint);
        page.text("region", &self.region);
        page.text("secret_id", &self.secret_id);
        page.found("secret_key", "secret_key_file", &self.secret_key.source);
        page.text("sdk_app_id", &self.sdk_app_id);
        page.text("sign_name", &self.sign_name);
        if let Some(token) = &self.receipts_token {
            page.found("receipts_token", "receipts_token_file", &token.source);
        }
        page.span("timeout", self.timeout);
        page.templates(&self.templates, Gaps::Numbered);
    }
}
