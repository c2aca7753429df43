//! Certificates of servers the tests start.

use std::path::Path;

use crate::{process::tool, run::run};

/// An authority and a certificate for `localhost`, in a few milliseconds.
pub fn certificates(folder: &Path) {
    const CURVE: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    std::fs::create_dir(folder).expect("the scratch folder takes folders");
    let openssl = |args: &[&str]| {
        run(tool("openssl", "openssl").args(args).current_dir(folder));
    };
    let ca =
        ["-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=duban test"];
    openssl(&[&["req", "-x509"], &CURVE[..], &ca[..]].concat());
    let request = ["-nodes", "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=localhost"];
    openssl(&[&["req"], &CURVE[..], &request[..]].concat());
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n";
    std::fs::write(folder.join("names"), names).expect("the scratch folder takes files");
    openssl(&[
        "x509",
        "-req",
        "-in",
        "csr.pem",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-out",
        "cert.pem",
        "-days",
        "30",
        "-extfile",
        "names",
    ]);
}
