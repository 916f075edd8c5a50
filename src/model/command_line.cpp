#include "ecron/model/command_line.hpp"

#include <optional>

namespace ecron::model {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// Parses a text in one pass.
class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::expected<std::vector<std::string>, WordError> split() {
        while (!error_ && at_ < text_.size()) {
            const char c = text_[at_];
            if (is_blank(c)) {
                end_word();
                ++at_;
            } else if (c == '\'') {
                single_quoted();
            } else if (c == '"') {
                double_quoted();
            } else if (c == '\\') {
                escaped();
            } else {
                append(c);
                ++at_;
            }
        }
        if (error_) return std::unexpected(*error_);
        end_word();
        return std::move(words_);
    }

private:
    void append(char c) {
        if (!word_) word_.emplace();
        *word_ += c;
    }

    void end_word() {
        if (word_) words_.push_back(std::move(*word_));
        word_.reset();
    }

    void single_quoted() {
        const std::size_t end = text_.find('\'', at_ + 1);
        if (end == text_.npos) return fail("a ' is not closed");
        if (!word_) word_.emplace();  // '' is an empty word
        *word_ += text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
    }

    void double_quoted() {
        constexpr std::string_view kEscapable = "$`\"\\";
        if (!word_) word_.emplace();
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == '"') {
                at_ = i + 1;
                return;
            }
            const char next = i + 1 < text_.size() ? text_[i + 1] : '\0';
            if (text_[i] == '\\' && next == '\n') {
                ++i;  // line continuation
                continue;
            }
            if (text_[i] == '\\' && kEscapable.contains(next)) ++i;
            *word_ += text_[i];
        }
        fail("a \" is not closed");
    }

    void escaped() {
        if (at_ + 1 == text_.size()) return fail("nothing follows the last \\");
        if (text_[at_ + 1] != '\n') append(text_[at_ + 1]);
        at_ += 2;
    }

    void fail(std::string reason) { error_ = WordError{std::move(reason), at_}; }

    std::string_view text_;
    std::size_t at_{0};
    std::optional<std::string> word_;
    std::vector<std::string> words_;
    std::optional<WordError> error_;
};

}  // namespace

std::expected<std::vector<std::string>, WordError> split_words(std::string_view text) {
    return Splitter{text}.split();
}

}  // namespace ecron::model
