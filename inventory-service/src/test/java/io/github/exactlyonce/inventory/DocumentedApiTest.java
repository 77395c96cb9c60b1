package io.github.exactlyonce.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What {@code openapi.yaml} says is there, and nothing else, and anybody can read it. */
class DocumentedApiTest extends WithRedis {

    @Test
    void theDocumentHasWhatTheControllersHave(
            @Autowired @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping controllers) {
        assertThat(API.differences(controllers)).isEmpty();
    }

    @Test
    void itsExamplesAreOfTheFormThatTheyExplain() {
        assertThat(API.wrongExamples()).isEmpty();
    }

    /** Where no other test does so. */
    @ParameterizedTest
    @CsvSource({"GET, /audit", "DELETE, /audit", "DELETE, /jobs/7", "POST, /dead-letters/replay"})
    void whatIsNoNameOfAWarehouseIsRefused(String method, String path) {
        assertThat(send(method, path + "?warehouse=Oslo", null).statusCode()).isEqualTo(400);
    }

    @Test
    void itIsServedWithAPage() {
        assertThat(get("/openapi.yaml").body()).contains("title: Inventory service");
        assertThat(get("/docs").statusCode()).isEqualTo(200);
    }
}
