//! A catalogue of any size, the same every time: nothing in it is of a real city.

use std::fmt::Write as _;

/// How many of 2,570 items have a policy by themselves or from above.
pub const WITH_POLICY: usize = 2_256;

/// Tables of so many items and duties.
pub fn catalogue(items: usize, duties: usize) -> (String, String) {
    let mut item_table = "code,name,parent,policy\n".to_owned();
    let code = |n: usize| format!("I{n:04}");
    for n in 0..items {
        // Ten roots, then trees three deep; one root in five leaves its policy to the category.
        let parent = if n < 10 { String::new() } else { code((n - 10) / 12) };
        let policy = match n {
            0..10 if n % 5 == 4 => "",
            0..10 => ["general", "consult", "urgent", "general"][n % 4],
            _ => "",
        };
        let _ = writeln!(item_table, "{},事项{n},{parent},{policy}", code(n));
    }
    let mut duty_table = "id,unit,item,area,valid_from,to\n".to_owned();
    let units = ["cx", "cx-scjg", "cx-cgj", "cx-xhl", "xn"];
    for n in 0..duties {
        let item = code(n * 7 % items);
        let unit = units[n % units.len()];
        let area = format!("示例市/第{}区/第{}街道", n % 13, n % 97);
        let _ = writeln!(duty_table, "D{n:05},{unit},{item},{area},2020-01-01,");
    }
    (item_table, duty_table)
}
