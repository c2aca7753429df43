//! Tells cargo that the migrations are part of the program: without this line a new
//! file in `migrations/` would go unseen until some source file changes.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
