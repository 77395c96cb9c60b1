{{- /* Who may ask over HTTP. What is missing would stop the pods' start; so it stops the install. */}}
{{- define "service-library.security.env" -}}
{{- $security := .Values.security -}}
{{- if and (eq $security.mode "api-keys") (not (or $security.keys $security.existingSecret)) -}}
{{- fail "security.mode is api-keys, and there are none: set security.keys, or security.existingSecret." -}}
{{- end -}}
{{- if and (ne $security.mode "api-keys") (or $security.keys $security.existingSecret) -}}
{{- fail "security.keys and security.existingSecret protect nothing unless security.mode is api-keys." -}}
{{- end -}}
{{- if and (eq $security.mode "jwt") (not (and $security.jwt.issuerUri $security.jwt.audience)) -}}
{{- fail "security.mode is jwt, and a token is checked for its issuer and its audience: set security.jwt.issuerUri and security.jwt.audience." -}}
{{- end }}
- name: SECURITY_MODE
  value: {{ $security.mode | quote }}
{{- range $name, $key := $security.keys }}
- name: SECURITY_KEYS_{{ $name | upper }}
  value: {{ $key | quote }}
{{- end }}
{{- if eq $security.mode "jwt" }}
- name: SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUERURI
  value: {{ $security.jwt.issuerUri | quote }}
- name: SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES
  value: {{ $security.jwt.audience | quote }}
{{- end }}
{{- with $security.requestsPerSecond }}
- name: SECURITY_REQUESTSPERSECOND
  value: {{ . | quote }}
{{- end }}
{{- with $security.corsOrigins }}
- name: SECURITY_CORSORIGINS
  value: {{ join "," . | quote }}
{{- end }}
{{- end }}

{{- define "service-library.envFrom" -}}
{{- $sources := .Values.extraEnvFrom -}}
{{- with .Values.security.existingSecret -}}
{{- $sources = prepend $sources (dict "secretRef" (dict "name" .)) -}}
{{- end -}}
{{- toYaml $sources -}}
{{- end }}

{{- define "service-library.notes.security" -}}
{{- if eq .Values.security.mode "none" -}}
Whoever reaches the service in the cluster may ask it anything: security.mode is none, and networkPolicy.{{ if .Values.networkPolicy.enabled }}httpFrom says who does{{ else }}enabled is off{{ end }}.
{{- else -}}
Each request needs a {{ eq .Values.security.mode "jwt" | ternary "token" "key" }}: add -H "Authorization: Bearer $KEY" to those below.
{{- end -}}
{{- end }}
