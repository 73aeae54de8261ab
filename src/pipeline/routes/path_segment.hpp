// SPDX-License-Identifier: Apache-2.0
// Is a segment of a path a fixed part of an API, as opposed to an identifier? Pure; any thread.
//
// A segment is cut into tokens at '-', '_', '.', ':' and spaces; joiners in front, behind or in a
// row mean nothing ("_search", "__health__", "-"). It is fixed if each token is
// - a word: letters that follow one another as in English (bigrams.hpp), or a word of
// path_words.hpp;
// - a word of three letters or more with one digit behind it ("oauth2", "struts2");
// - a version: "v1", "v10", "v1beta2", "v1p1beta1"; in front of the segment "v1.43", too;
// - one letter, a digit, and letters like a word, in front of the segment ("e2e", "k6-runs");
// or if the segment as a whole stands in path_words.hpp ("404.html", "@me"), or is a number that is
// an API's version where it stands. A '$' in front is OData's ("$metadata"), "@2x" and "@3x" an
// image's resolution. Anything else is an identifier.
#pragma once
#include <string_view>

namespace obi::pipeline {

/// Where in the path a segment stands: bare numbers mean versions only in some places.
struct SegmentPlace {
  bool is_first = false;
  bool is_last = true;        ///< no '/' behind it
  bool is_below_api = false;  ///< the segment in front of it is "api"
};

bool is_fixed_segment(std::string_view segment, SegmentPlace place);

/// Are letters like a word, as opposed to letters thrown together?
bool is_word(std::string_view letters);

}  // namespace obi::pipeline
