package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.order.OrdersClient.Answer;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleFilesTest extends OrderServiceTest {

    private static final String SVG = "http://www.w3.org/2000/svg";

    @Test
    void thePageMayAskThisServiceAlone() {
        Answer page = client().get("/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(page.header("Content-Security-Policy"))
                .startsWith("default-src 'self';")
                .doesNotContain("unsafe", "http", "*");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
    }

    /** Whatever breaks the policy would be dropped by the browser without a word on the page. */
    @Test
    void nothingInItNeedsAnotherHostOrBreaksThePolicy() {
        List<String> files = files();
        assertThat(files).contains("console/console.js", "console/lanes.js", "console/console.css", "console/icon.svg");

        for (String file : Stream.concat(Stream.of(""), files.stream()).toList()) {
            Answer answer = client().get("/" + file);

            assertThat(answer.status()).as(file).isEqualTo(200);
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.text().replace(SVG, "")).as(file).doesNotContain("http://", "https://", "url(//");
            assertThat(answer.text()).as(file).doesNotContain("style=", "onclick=", "<script>", "<style>", "eval(");
        }
    }

    @Test
    void aBrowserThatHasAFileIsNotSentItAgain() {
        Answer first = client().get("/console/console.js");

        Answer again = client().send("GET", "/console/console.js", "", "If-None-Match", first.header("ETag"));

        assertThat(first.header("Content-Type")).isEqualTo("text/javascript;charset=UTF-8");
        assertThat(first.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/index.html",
                "/console",
                "/console/",
                "/console/index.html",
                "/console/other.js",
                "/console/..%2fapplication.yaml",
                "/static/index.html",
                "/favicon.ico"
            })
    void everythingElseIsNotFound(String path) {
        Answer answer = client().get(path);

        assertThat(answer.status()).isIn(400, 404);
        if (answer.status() == 404) {
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    /** What the page and its scripts ask for by name. */
    private List<String> files() {
        Pattern names = Pattern.compile("(?:href|src)=\"(console/[^\"]+)\"");
        Pattern imports = Pattern.compile("from '\\./([^']+)'");
        List<String> named = names.matcher(client().get("/").text())
                .results()
                .map(match -> match.group(1))
                .toList();
        Stream<String> imported = named.stream()
                .filter(name -> name.endsWith(".js"))
                .flatMap(
                        name -> imports.matcher(client().get("/" + name).text()).results())
                .map((MatchResult match) -> "console/" + match.group(1));
        return Stream.concat(named.stream(), imported).distinct().toList();
    }
}
