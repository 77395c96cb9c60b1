package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.order.OrdersClient.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What {@code openapi.yaml} says is there, and nothing else, and anybody can read it. */
class DocumentedApiTest extends OrderServiceTest {

    @Test
    void theDocumentHasWhatTheControllersHave(
            @Autowired @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping controllers) {
        assertThat(OrdersClient.API.differences(controllers)).isEmpty();
    }

    @Test
    void itsExamplesAreOfTheFormThatTheyExplain() {
        assertThat(OrdersClient.API.wrongExamples()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /openapi.yaml,            application/yaml, title: Order service
            /asyncapi.yaml,           application/yaml, order_updates
            /docs,                    text/html,        swagger-ui-bundle.js
            /docs/docs.js,            text/javascript,  openapi.yaml
            /docs/swagger-ui-bundle.js, text/javascript, SwaggerUIBundle
            /docs/swagger-ui.css,     text/css,         .swagger-ui
            """)
    void itIsServedWithAPageAndNotSentTwice(String path, String type, String content) {
        Answer first = client().get(path);
        Answer again = client().get(path, "If-None-Match", first.header("ETag"));

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("Content-Type")).isEqualTo(type + ";charset=UTF-8");
        assertThat(first.header("Content-Security-Policy"))
                .startsWith("default-src 'self';")
                .doesNotContain("unsafe", "*");
        assertThat(first.text()).contains(content);
        assertThat(again.status()).isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource({
        "/docs/",
        "/docs/docs.html",
        "/docs/openapi.yaml",
        "/docs/..%2f..%2fapplication.yaml",
        "/api/openapi.yaml"
    })
    void nothingElseIsServed(String path) {
        assertThat(client().get(path).status()).isIn(400, 404);
    }
}
