#include "reports/model/csv.hpp"

#include <gtest/gtest.h>

namespace hermetric {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows texts(std::string_view text) {
  const auto csv = parse_csv(text, "f.csv");
  if (!csv) return {{csv.error().message()}};
  Rows rows;
  for (const auto& row : csv->rows) {
    rows.emplace_back();
    for (const CsvCell& cell : row) rows.back().push_back(cell.text);
  }
  return rows;
}

TEST(Csv, ReadsRowsOfCells) {
  EXPECT_EQ(texts("a,b\n1,2\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(texts("a , b\r\n\r\n1,\r\n"), (Rows{{"a", "b"}, {"1", ""}}));
  EXPECT_EQ(texts("\xEF\xBB\xBF"
                  "a,b"),
            (Rows{{"a", "b"}}));
  EXPECT_EQ(texts("\"x, \"\"y\"\"\nz\" ,b\n"), (Rows{{"x, \"y\"\nz", "b"}}));
  EXPECT_EQ(texts("\"\",b\n"), (Rows{{"", "b"}}));
}

TEST(Csv, SaysWhereItIsWrong) {
  EXPECT_EQ(texts("a,b\n1,2\n3\n"), (Rows{{"f.csv:3:1: expected 2 cells as in the first row, found 1"}}));
  EXPECT_EQ(texts("a,b\nx\"y,2\n"), (Rows{{"f.csv:2:2: a quote within a cell that does not begin with one"}}));
  EXPECT_EQ(texts("a,\"b\n"), (Rows{{"f.csv:1:3: the closing quote is missing"}}));
  EXPECT_EQ(texts("\"a\nb\" c\n"),
            (Rows{{"f.csv:2:4: expected a comma or the end of the line behind the closing quote"}}));
  EXPECT_EQ(texts("\n\n"), (Rows{{"f.csv: empty: expected a CSV file with a header"}}));
}

TEST(Csv, TakesAllOfANumberOrNothing) {
  EXPECT_EQ(parse_number("1.5e3"), 1500);
  EXPECT_EQ(parse_number("+2"), 2);
  for (const char* text : {"", "1x", "nan", "inf", "0x10", "1e999", " 1"}) EXPECT_FALSE(parse_number(text)) << text;
}

}  // namespace
}  // namespace hermetric
