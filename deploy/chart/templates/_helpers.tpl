{{- define "sealstream.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "sealstream.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: worker
{{- end }}

{{- define "sealstream.labels" -}}
{{ include "sealstream.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "sealstream.screen" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "sealstream.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- /* The settings of workers that others here need to know too. */}}
{{- define "sealstream.prefix" -}}
{{ get .Values.settings "SEALSTREAM_KAFKA_TOPIC_PREFIX" | default "sealstream." }}
{{- end }}

{{- define "sealstream.container" -}}
image: {{ include "sealstream.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- /* With `claims` in what it is called with, /var/lib/sealstream is a claim of the pod's own. */}}
{{- define "sealstream.pod" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: temporary
    emptyDir:
      sizeLimit: {{ .Values.temporary }}
  {{- if not .claims }}
  - name: state
    emptyDir: {}
  {{- end }}
  {{- range $number, $file := .Values.files }}
  - name: files-{{ $number }}
    secret:
      secretName: {{ $file.secret }}
      defaultMode: 0440
  {{- end }}
{{- end }}

{{- define "sealstream.mounts" -}}
- name: temporary
  mountPath: /tmp
- name: state
  mountPath: /var/lib/sealstream
{{- range $number, $file := .Values.files }}
- name: files-{{ $number }}
  mountPath: {{ $file.mountPath }}
  readOnly: true
{{- end }}
{{- end }}

{{- /* Variables and Secrets; call with a dict of settings, secrets and keys of Secrets. */}}
{{- define "sealstream.environment" -}}
env:
  {{- range $name, $value := .settings }}
  - name: {{ $name }}
    value: {{ $value | toString | quote }}
  {{- end }}
  {{- range $name, $key := .keys }}
  - name: {{ $name }}
    valueFrom:
      secretKeyRef:
        name: {{ $key.name }}
        key: {{ $key.key }}
  {{- end }}
{{- with .secrets }}
envFrom:
  {{- range . }}
  - secretRef:
      name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
