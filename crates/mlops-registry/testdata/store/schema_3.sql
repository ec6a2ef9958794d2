PRAGMA application_id = 1835822960;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE "alias" (
    "model" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "alias")
) STRICT, WITHOUT ROWID;
INSERT INTO "alias" VALUES('flight-delay','champion',40,'{"alias":"champion","by":"dora","model":"flight-delay","since":"2013-04-01T00:13:00Z","version":"1.2.0"}');
INSERT INTO "alias" VALUES('flight-delay','production',28,'{"alias":"production","by":"dora","model":"flight-delay","since":"2013-04-01T00:12:00Z","version":"1.0.0"}');
CREATE TABLE "approval" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "approver" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number", "approver")
) STRICT, WITHOUT ROWID;
INSERT INTO "approval" VALUES('flight-delay',1,'ben',12,'{"approved_at":"2013-04-01T00:03:00Z","approver":"ben","artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","request":1,"version":"1.0.0"}');
INSERT INTO "approval" VALUES('flight-delay',2,'ben',26,'{"approved_at":"2013-04-01T00:10:00Z","approver":"ben","artifact":"sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c","evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"model":"flight-delay","request":2,"version":"1.2.0"}');
CREATE TABLE "card" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;
CREATE TABLE "description" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "description" VALUES('flight-delay','',1,38,'{"at":"2013-04-01T00:13:00Z","by":"ana","model":"flight-delay","number":1,"text":"Will the flight be late?"}');
CREATE TABLE "emergency" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
CREATE TABLE "evidence" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "digest")
) STRICT, WITHOUT ROWID;
INSERT INTO "evidence" VALUES('flight-delay','1.0.0','sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837',10,'{"digest":"sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837","evidence":{"document":"{\"at\":\"2013-04-01T00:02:00Z\",\"checks\":[{\"details\":[],\"expected\":\">= 0.6\",\"interval\":null,\"name\":\"roc_auc\",\"observed\":0.71,\"outcome\":\"passed\",\"reason\":\"\",\"severity\":\"critical\"}],\"gate\":\"production gate\",\"gate_digest\":null,\"inputs\":[],\"subject\":{\"artifact\":\"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2\",\"model\":\"flight-delay\",\"version\":\"1.0.0\"}}"},"gate":"production gate","model":"flight-delay","number":1,"recorded_at":"2013-04-01T00:02:00Z","recorded_by":"ana","version":"1.0.0"}');
INSERT INTO "evidence" VALUES('flight-delay','1.2.0','sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490',24,'{"digest":"sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490","evidence":{"document":"{\"at\":\"2013-04-01T00:09:00Z\",\"checks\":[{\"details\":[],\"expected\":\">= 0.6\",\"interval\":null,\"name\":\"roc_auc\",\"observed\":0.71,\"outcome\":\"passed\",\"reason\":\"\",\"severity\":\"critical\"}],\"gate\":\"production gate\",\"gate_digest\":null,\"inputs\":[],\"subject\":{\"artifact\":\"sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c\",\"model\":\"flight-delay\",\"version\":\"1.2.0\"}}"},"gate":"production gate","model":"flight-delay","number":2,"recorded_at":"2013-04-01T00:09:00Z","recorded_by":"ana","version":"1.2.0"}');
CREATE TABLE "experiment" (
    "experiment" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment")
) STRICT, WITHOUT ROWID;
INSERT INTO "experiment" VALUES('flight-delay',5,'{"created_at":"2013-04-01T00:00:00Z","created_by":"ana","name":"flight-delay","runs":0}');
CREATE TABLE "experiment_tag" (
    "experiment" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "name")
) STRICT, WITHOUT ROWID;
INSERT INTO "experiment_tag" VALUES('flight-delay','team',37,'{"experiment":"flight-delay","name":"team","value":"delays"}');
CREATE TABLE "file" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "path")
) STRICT, WITHOUT ROWID;
INSERT INTO "file" VALUES('flight-delay',4,'/plots',31,'{"folder":"plots","run":"flight-delay/4"}');
INSERT INTO "file" VALUES('flight-delay',4,'plots/roc.svg',31,'{"digest":"sha256:d4dc56669143034f31aa309635d4113d9ad76a02b1739da22c965ed2049be9e6","logged_at":"2013-04-01T00:13:00Z","logged_by":"ana","path":"plots/roc.svg","run":"flight-delay/4","size":6}');
CREATE TABLE "grant" (
    "principal" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("principal", "role", "scope")
) STRICT, WITHOUT ROWID;
INSERT INTO "grant" VALUES('ana','author','*',1,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"ana","role":"author","scope":"*"}');
INSERT INTO "grant" VALUES('ben','approver','*',2,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"ben","role":"approver","scope":"*"}');
INSERT INTO "grant" VALUES('dora','deployer','*',3,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"dora","role":"deployer","scope":"*"}');
INSERT INTO "grant" VALUES('root','admin','*',0,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"root","role":"admin","scope":"*"}');
CREATE TABLE "input" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "digest")
) STRICT, WITHOUT ROWID;
INSERT INTO "input" VALUES('flight-delay',1,'flights.parquet','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',7,'{"digest":"sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e","name":"flights.parquet","run":"flight-delay/1"}');
INSERT INTO "input" VALUES('flight-delay',2,'flights.parquet','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',15,'{"digest":"sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e","name":"flights.parquet","run":"flight-delay/2"}');
INSERT INTO "input" VALUES('flight-delay',3,'flights.parquet','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',21,'{"digest":"sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e","name":"flights.parquet","run":"flight-delay/3"}');
CREATE TABLE leaf (
    sequence INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "leaf" VALUES(0,'{"action":"registry.create","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:13dbeae406aa268fcec4be12f4172d8d137e479b87823c182d9fc647c5b00482","key":["registry"],"kind":"registry","was":null},{"digest":"sha256:868951a621db99fe789ebc76ca687a2a581c572a318fc19cce4b81c4bbfbf2bb","key":["root","admin","*"],"kind":"grant","was":null}],"sequence":0,"subject":"registry.example"}');
INSERT INTO "leaf" VALUES(1,'{"action":"role.grant","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:424b7f6e5359f3fa6588af7318e91cffeb2ec7b4df380a16b8d77b71a0da32e7","key":["ana","author","*"],"kind":"grant","was":null}],"sequence":1,"subject":"ana as author"}');
INSERT INTO "leaf" VALUES(2,'{"action":"role.grant","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:9ea03446c5d5667b4ba6e5f088bd2d7654ed2fabbbf6cfcad073ee2b40467045","key":["ben","approver","*"],"kind":"grant","was":null}],"sequence":2,"subject":"ben as approver"}');
INSERT INTO "leaf" VALUES(3,'{"action":"role.grant","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:a8d84fd00a10a3258695897e11d0bf35fe1ffbfd01d8499e2f0d386fbf8f8862","key":["dora","deployer","*"],"kind":"grant","was":null}],"sequence":3,"subject":"dora as deployer"}');
INSERT INTO "leaf" VALUES(4,'{"action":"policy.set","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:a4d4b056d303a9e87909d0dfc6bd48c8b19567162984073d7e7b45ee52fc97d5","key":["production"],"kind":"policy","was":null}],"sequence":4,"subject":"promotion to production"}');
INSERT INTO "leaf" VALUES(5,'{"action":"experiment.create","actor":"ana","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:e2bbc7d51ce7afeadb58f41c1e44d2024963cbf6cfc08ed013d90fdb8ffc58eb","key":["flight-delay"],"kind":"experiment","was":null},{"digest":"sha256:c7073a6a8c1bac6af1e167a0b1fb63013f203168b57e193c5e480d2446459196","key":["experiment","flight-delay"],"kind":"lookalike","was":null}],"sequence":5,"subject":"flight-delay"}');
INSERT INTO "leaf" VALUES(6,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:9a52cd54f93c1f18ae2aa627413e238042f8b1485994aefc0a48c4685580a311","key":["flight-delay",1],"kind":"run","was":null}],"sequence":6,"subject":"flight-delay/1"}');
INSERT INTO "leaf" VALUES(7,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:4865e5b13357b1e172c31e16461474be9ad3b5e819599c33e91527439799ebdb","key":["flight-delay",1,"trees"],"kind":"param","was":null},{"digest":"sha256:f6da174c111b6b87a5a5514c73f5bff7a01746f7ea276a87ee280ebf179f48b1","key":["flight-delay",1,"auc",0,1364774460000000,"bfe6b851eb851eb8"],"kind":"metric","was":null},{"digest":"sha256:43249afb9a037fa6409af94d39c0ef04b70fb3c6a7016a4da687cb12beb18633","key":["flight-delay",1,"flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"],"kind":"input","was":null}],"sequence":7,"subject":"flight-delay/1"}');
INSERT INTO "leaf" VALUES(8,'{"action":"run.end","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:cf517f0cb3a0609b5792e4c00246da6c7e06bcd36dc051ffb3ebe1bdad0d097d","key":["flight-delay",1],"kind":"run","was":6}],"sequence":8,"subject":"flight-delay/1 as finished"}');
INSERT INTO "leaf" VALUES(9,'{"action":"version.register","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:5f13e82e70289240ff9d2dacc5ec5629f4a3a3546aff55c9b356c7928c901135","key":["flight-delay"],"kind":"model","was":null},{"digest":"sha256:0013853cca0f9b200ce389395de826e5af8169f616506cd04190125e4db7686a","key":["flight-delay","1.0.0"],"kind":"version","was":null},{"digest":"sha256:6a13e1f95a524e39fbee42a0b0f32b1c1554df29993c8f742ecbc531a00eade3","key":["flight-delay","1.0.0"],"kind":"stage","was":null},{"digest":"sha256:e948df7fab3151a4fd083f22392f932085bd289f692c03dd01184a9c935da8bb","key":["model","flight-delay"],"kind":"lookalike","was":null}],"sequence":9,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(10,'{"action":"evidence.record","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:02:00Z","changes":[{"digest":"sha256:f36012dafc72d4d28411c66dfc9fd78212a266f3c2d96be51fd7cf7ac6630fdb","key":["flight-delay"],"kind":"model","was":9},{"digest":"sha256:ac62d340123bb48e6a0d72638daaa43d92fb702831145ce3bcc8a9833a96cd3f","key":["flight-delay","1.0.0","sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"kind":"evidence","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":10,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(11,'{"action":"promotion.request","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:03:00Z","changes":[{"digest":"sha256:4b8fc9ddc41d6015ec89d96d9f708c144bd4500a69142956069c77a32a7e8618","key":["flight-delay"],"kind":"model","was":10},{"digest":"sha256:dfe79e0a6342fb10a34e23e7a71a663c42256845ef1b0604d0b0186872c6d600","key":["flight-delay",1],"kind":"request","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":11,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(12,'{"action":"promotion.approve","actor":"ben","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:03:00Z","changes":[{"digest":"sha256:bd6c07a0ff4c23a9270a5715b507907427982366d6bee6fcee2326c9b852a448","key":["flight-delay",1,"ben"],"kind":"approval","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":12,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(13,'{"action":"promotion.execute","actor":"dora","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:04:00Z","changes":[{"digest":"sha256:7dcef91b04f9e04dfeddbae7313b860a3f2beb5bb64dacc33fd737f395f4236f","key":["flight-delay",1],"kind":"request","was":11},{"digest":"sha256:af100e8f4b54cf05d0876c144bc72087fd4a9b27b1200011ab1bcb2702015956","key":["flight-delay"],"kind":"model","was":11},{"digest":"sha256:2abe9c963ee81fde6cf638d826b28e417a2c4d6b3c5070041c765b0d73797bb3","key":["flight-delay","1.0.0"],"kind":"stage","was":9},{"digest":"sha256:11fe29d0a18d4bc94ffea522e949655a786f2d5c2ecbc52d58c80c0083c9591c","key":["flight-delay","production"],"kind":"alias","was":null},{"digest":"sha256:2a97d303b5f61dc3323455d396f07af20f0bbd4155277b3a25d90d47caf0b930","key":["flight-delay",1],"kind":"promotion","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":13,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(14,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:815a07846b1af3ab1bcc4e7a690b16789f6c194cadaf2801929b51ffef2eca3a","key":["flight-delay",2],"kind":"run","was":null}],"sequence":14,"subject":"flight-delay/2"}');
INSERT INTO "leaf" VALUES(15,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:cc150cb1b5a02350e8a6b716f07599c0c368f38cc7622d5c49b420a7655dfb3d","key":["flight-delay",2,"trees"],"kind":"param","was":null},{"digest":"sha256:85cd087a0b2fab38889f8f4dd38de00c218b648578012ed438ee4c1ca26c33f3","key":["flight-delay",2,"auc",0,1364774700000000,"bfe6b851eb851eb8"],"kind":"metric","was":null},{"digest":"sha256:6f8a08078eb3461b4d333c61797fc2f4d746487aa8d26059a00bc482cbb13101","key":["flight-delay",2,"flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"],"kind":"input","was":null}],"sequence":15,"subject":"flight-delay/2"}');
INSERT INTO "leaf" VALUES(16,'{"action":"run.end","actor":"ana","at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:9811e70ede9c6adc1c0d1d61f66e6c94cac519df195bbd216c91417068e0b695","key":["flight-delay",2],"kind":"run","was":14}],"sequence":16,"subject":"flight-delay/2 as finished"}');
INSERT INTO "leaf" VALUES(17,'{"action":"version.register","actor":"ana","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:b26bc0c4d8f55af698742bb4120eb108a9bca0acacda1c4aee62a4afbad97e43","key":["flight-delay"],"kind":"model","was":13},{"digest":"sha256:ee816a58e3cfae1f4fb1c439a8009207099a835eeb4695935b2fef1115c080a4","key":["flight-delay","1.1.0"],"kind":"version","was":null},{"digest":"sha256:d0746a771c456885894a5c894cdbda64fbb61e77467d75cc4b15f540fb2d53d1","key":["flight-delay","1.1.0"],"kind":"stage","was":null}],"sequence":17,"subject":"flight-delay/1.1.0"}');
INSERT INTO "leaf" VALUES(18,'{"action":"trial.start","actor":"dora","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:06:00Z","changes":[{"digest":"sha256:64a091280526c8397c9f77747f5c6b8f6881c75172919ae1ef2896aac4f8fcf0","key":["flight-delay"],"kind":"model","was":17},{"digest":"sha256:f493c55be88d5878b9f550a1ef07ecb20fbda62aefcfbe9fdc4cadcd776c7df6","key":["flight-delay","1.1.0"],"kind":"stage","was":17},{"digest":"sha256:0d9e0baa2bcc66fcd81b24040c04c8a950be6861f314905abc098eea642ef2bd","key":["flight-delay",1],"kind":"trial","was":null}],"sequence":18,"subject":"flight-delay/1.1.0 as canary 10 %"}');
INSERT INTO "leaf" VALUES(19,'{"action":"trial.end","actor":"dora","at":"2013-04-01T00:07:00Z","changes":[{"digest":"sha256:fa16d4b1aedb7f2f1954fcbafc1c6ffe371fdfb8245f5887c192fc82a317f89b","key":["flight-delay",1],"kind":"trial","was":18},{"digest":"sha256:23924cd07015fa60e932bcc0c39bee90e76791ac30e0f063e12cef9d4cb3e83d","key":["flight-delay","1.1.0"],"kind":"stage","was":18}],"reason":"failures: 12 of 214 failed","sequence":19,"subject":"flight-delay/1.1.0 as stopped"}');
INSERT INTO "leaf" VALUES(20,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:08:00Z","changes":[{"digest":"sha256:2320849f80bdd4b6a39ca7406b59531168a586a5f82d630ff1120d089341feb9","key":["flight-delay",3],"kind":"run","was":null}],"sequence":20,"subject":"flight-delay/3"}');
INSERT INTO "leaf" VALUES(21,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:08:00Z","changes":[{"digest":"sha256:e660227a7ec46634c7bcf297d017bd7f12685140f1c3075b5d7c9dde3e0eb300","key":["flight-delay",3,"trees"],"kind":"param","was":null},{"digest":"sha256:fc280ce986242cad120fb229710eb88d4326fbce322e348b1e3a3da5dd593205","key":["flight-delay",3,"auc",0,1364774880000000,"bfe6b851eb851eb8"],"kind":"metric","was":null},{"digest":"sha256:17dea9de169ff52a4a81014839796039da0c85161064eb6e04489b1ad9529e70","key":["flight-delay",3,"flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"],"kind":"input","was":null}],"sequence":21,"subject":"flight-delay/3"}');
INSERT INTO "leaf" VALUES(22,'{"action":"run.end","actor":"ana","at":"2013-04-01T00:08:00Z","changes":[{"digest":"sha256:05cc3d8f002406435b47ca90f848236e929eab94f7a1c890689cf7695d2ab8d3","key":["flight-delay",3],"kind":"run","was":20}],"sequence":22,"subject":"flight-delay/3 as finished"}');
INSERT INTO "leaf" VALUES(23,'{"action":"version.register","actor":"ana","artifacts":["sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c"],"at":"2013-04-01T00:08:00Z","changes":[{"digest":"sha256:ea9cf4aeb65d368ccc33a652e3ab51abcde9a6993d3b8314d4a056a012553720","key":["flight-delay"],"kind":"model","was":18},{"digest":"sha256:c5498e33b2e39a0dc986145382bf688d5f8215340d8fe3db502bf66b8f50e751","key":["flight-delay","1.2.0"],"kind":"version","was":null},{"digest":"sha256:dd198694210ce6874041195aa2a0f693a4395f0d8873453451e9f6ca2f1c8746","key":["flight-delay","1.2.0"],"kind":"stage","was":null}],"sequence":23,"subject":"flight-delay/1.2.0"}');
INSERT INTO "leaf" VALUES(24,'{"action":"evidence.record","actor":"ana","artifacts":["sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c"],"at":"2013-04-01T00:09:00Z","changes":[{"digest":"sha256:77252a15f5255937cbe7ef1437580eb80b83b47b4146cd0d78ddb380017214dc","key":["flight-delay"],"kind":"model","was":23},{"digest":"sha256:cba684d3dea9c2be1886d6bd1612b06e3bb7d30da8eee2a0f722b550224be164","key":["flight-delay","1.2.0","sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"kind":"evidence","was":null}],"evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"sequence":24,"subject":"flight-delay/1.2.0"}');
INSERT INTO "leaf" VALUES(25,'{"action":"promotion.request","actor":"ana","artifacts":["sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c"],"at":"2013-04-01T00:10:00Z","changes":[{"digest":"sha256:b67d4a48a49180c4163a426d50a04c74e69fdb9a8a54b50786ca2fdf1798aa9f","key":["flight-delay"],"kind":"model","was":24},{"digest":"sha256:976266cf41cc421cb44a8ce557ebda0e10b795a6bc4ca50dab69720f3d21c1c9","key":["flight-delay",2],"kind":"request","was":null}],"evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"sequence":25,"subject":"flight-delay/1.2.0"}');
INSERT INTO "leaf" VALUES(26,'{"action":"promotion.approve","actor":"ben","artifacts":["sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c"],"at":"2013-04-01T00:10:00Z","changes":[{"digest":"sha256:f4e074a52c4694aec6db630cd92244a94fdc940ef75ce8c7b1f80303510590d1","key":["flight-delay",2,"ben"],"kind":"approval","was":null}],"evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"sequence":26,"subject":"flight-delay/1.2.0"}');
INSERT INTO "leaf" VALUES(27,'{"action":"promotion.execute","actor":"dora","artifacts":["sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c"],"at":"2013-04-01T00:11:00Z","changes":[{"digest":"sha256:9180eb1540342c4d2bf12cb59dbd6031032bab2cd6fe630e7799dfe93f9a3132","key":["flight-delay",2],"kind":"request","was":25},{"digest":"sha256:3c6d1d8c0d208e5fc6bfd7e4fe4c2a94b5a27518ba91cb99f8f63ad9388f9983","key":["flight-delay"],"kind":"model","was":25},{"digest":"sha256:4f47e728302bac21239ed76f36f043ead3ae86f335e4745d73f8bafed9e897cd","key":["flight-delay","1.0.0"],"kind":"stage","was":13},{"digest":"sha256:884e5a8a0f234c5298db776e17ddc4334dac6d565efcf72cbe41cdde38b656f8","key":["flight-delay","1.2.0"],"kind":"stage","was":23},{"digest":"sha256:ddf02f428b215fdb4abb85520064cfa69d37dd10a20c0ef51131c0b1d64a2ad0","key":["flight-delay","production"],"kind":"alias","was":13},{"digest":"sha256:9985b75644a3b836a8c8c8f87b0896f89afd347f08f6e7bbc008b64eed8d3d01","key":["flight-delay",2],"kind":"promotion","was":null}],"evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"sequence":27,"subject":"flight-delay/1.2.0"}');
INSERT INTO "leaf" VALUES(28,'{"action":"promotion.rollback","actor":"dora","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:12:00Z","changes":[{"digest":"sha256:6e07adda68d3547cdde5e23c3cfeed90112974b800d5bbd4502a23fe97da09e4","key":["flight-delay"],"kind":"model","was":27},{"digest":"sha256:e8e2929c49195f5973d40f4e05a5d923288f947f532aaaa01dab941811765574","key":["flight-delay","1.2.0"],"kind":"stage","was":27},{"digest":"sha256:add156e6ca141d067dba9f77d707336bbcf2870f9605b2bea99a12e282429db8","key":["flight-delay","1.0.0"],"kind":"stage","was":27},{"digest":"sha256:10e8040ad16a19ad46af258bf13ba1723c6ffed9d5c55f05d6d1bfab859e5fb2","key":["flight-delay","production"],"kind":"alias","was":27},{"digest":"sha256:4b90db7906affb2f804784ef1b03dfd580043ba88f2466ee89dfd4240bbfb3f1","key":["flight-delay",3],"kind":"promotion","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"reason":"it over-predicts by 0.05","sequence":28,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(29,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:ba9645226ba13e642b8f7cc2f4583d336c8ded5a97699d853414491808d79199","key":["flight-delay",4],"kind":"run","was":null}],"sequence":29,"subject":"flight-delay/4"}');
INSERT INTO "leaf" VALUES(30,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:f75fd3ceee6ce356ad3aa0d18e46b45db61089bf942c64a246a20de65e387a08","key":["flight-delay",4,"depth"],"kind":"param","was":null},{"digest":"sha256:2e9f4887fa5b6db8e9bde4de0f20e358070ed2b5ff7fe547032d68ebb43153e9","key":["flight-delay",4,"auc",0,1364775180000000,"bfd0000000000000"],"kind":"metric","was":null},{"digest":"sha256:deed7f703e7f8d479396dd8e0e1458f81337faddf56f086f63bca43fa2bd1f99","key":["flight-delay",4,"gap",0,1364775180000000,"fff8000000000000"],"kind":"metric","was":null},{"digest":"sha256:b2cd3539730c39b6781e9233149552bbb887fbe96e56feb82063b5b3d90eeeee","key":["flight-delay",4,"team"],"kind":"tag","was":null}],"sequence":30,"subject":"flight-delay/4"}');
INSERT INTO "leaf" VALUES(31,'{"action":"run.log","actor":"ana","artifacts":["sha256:d4dc56669143034f31aa309635d4113d9ad76a02b1739da22c965ed2049be9e6"],"at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:182b0aa5d6308ac501f9bf59f6731a41b901d8b81d91b218ef967f0594cdaed7","key":["flight-delay",4,"plots/roc.svg"],"kind":"file","was":null},{"digest":"sha256:8b789e681cbdfe2e62188bfa5aa04fbb0654af8d9bad9aff22fa7e0e01a5d2bb","key":["flight-delay",4,"/plots"],"kind":"file","was":null}],"sequence":31,"subject":"flight-delay/4 plots/roc.svg"}');
INSERT INTO "leaf" VALUES(32,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:01ea9f51576012d721f67b9fe28a806945ffab5e51657e103593c4397df57c60","key":["flight-delay",5],"kind":"run","was":null},{"digest":"sha256:eb9d5c50b1f0116b55dbf28365af420f723d2f9ba956697af6443915ad0db3ac","key":["flight-delay",4,"flight-delay",5],"kind":"nested","was":null}],"sequence":32,"subject":"flight-delay/5"}');
INSERT INTO "leaf" VALUES(33,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:5ee7970d037eab3a04b6cfb54172f483d29aca2a5838e5c8aec097de2cc7a166","key":["flight-delay",5,"auc",0,1364775180000000,"bfe0000000000000"],"kind":"metric","was":null}],"sequence":33,"subject":"flight-delay/5"}');
INSERT INTO "leaf" VALUES(34,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:eb54039381d4bb355420ebdf8e227d5e57dde0b2d379078957b6b18124e7cc9b","key":["flight-delay",6],"kind":"run","was":null}],"sequence":34,"subject":"flight-delay/6"}');
INSERT INTO "leaf" VALUES(35,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:89e7050319ce1220f86392a38620bcde276a140b685340a2287d2b70be341819","key":["flight-delay",6,"auc",0,1364775180000000,"bff0000000000000"],"kind":"metric","was":null}],"sequence":35,"subject":"flight-delay/6"}');
INSERT INTO "leaf" VALUES(36,'{"action":"run.delete","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:f9046414c59fa109930cdbc0df94305f50586cb0c891436838de97d5f25568ca","key":["flight-delay",6],"kind":"run","was":34}],"sequence":36,"subject":"flight-delay/6"}');
INSERT INTO "leaf" VALUES(37,'{"action":"experiment.update","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:102f77182dc336ba2863fade1201ac3dc242be1e74dac8c0a1aa617c718f69f1","key":["flight-delay","team"],"kind":"experiment_tag","was":null}],"sequence":37,"subject":"flight-delay: tag team"}');
INSERT INTO "leaf" VALUES(38,'{"action":"model.describe","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:069fae161c00cd351657f3e50ed2f2c953b006e9aaf537af2925360874ab3ded","key":["flight-delay","",1],"kind":"description","was":null}],"sequence":38,"subject":"flight-delay"}');
INSERT INTO "leaf" VALUES(39,'{"action":"model.tag","actor":"ana","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:69c4a4b8d5b4e056229d78e6974b76edf517e3ab36127a4e7d27a1252de2612d","key":["flight-delay","1.2.0","team"],"kind":"model_tag","was":null}],"sequence":39,"subject":"flight-delay/1.2.0 team"}');
INSERT INTO "leaf" VALUES(40,'{"action":"alias.set","actor":"dora","at":"2013-04-01T00:13:00Z","changes":[{"digest":"sha256:6e07adda68d3547cdde5e23c3cfeed90112974b800d5bbd4502a23fe97da09e4","key":["flight-delay"],"kind":"model","was":28},{"digest":"sha256:a645845f9ceb5902ca847b5a10d63bd00d6d38249c5d452f65e1a6e55f46693a","key":["flight-delay","champion"],"kind":"alias","was":null}],"sequence":40,"subject":"flight-delay@champion to 1.2.0"}');
CREATE TABLE "link" (
    "source" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("source", "target")
) STRICT, WITHOUT ROWID;
CREATE TABLE "lookalike" (
    "what" TEXT NOT NULL,
    "skeleton" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("what", "skeleton")
) STRICT, WITHOUT ROWID;
INSERT INTO "lookalike" VALUES('experiment','flight-delay',5,'{"names":["flight-delay"],"skeleton":"flight-delay","what":"experiment"}');
INSERT INTO "lookalike" VALUES('model','flight-delay',9,'{"names":["flight-delay"],"skeleton":"flight-delay","what":"model"}');
CREATE TABLE "metric" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "at_micros" INTEGER NOT NULL,
    "value_bits" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "step", "at_micros", "value_bits")
) STRICT, WITHOUT ROWID;
INSERT INTO "metric" VALUES('flight-delay',1,'auc',0,1364774460000000,'bfe6b851eb851eb8',7,'{"at":"2013-04-01T00:01:00Z","name":"auc","run":"flight-delay/1","step":0,"value":0.71}');
INSERT INTO "metric" VALUES('flight-delay',2,'auc',0,1364774700000000,'bfe6b851eb851eb8',15,'{"at":"2013-04-01T00:05:00Z","name":"auc","run":"flight-delay/2","step":0,"value":0.71}');
INSERT INTO "metric" VALUES('flight-delay',3,'auc',0,1364774880000000,'bfe6b851eb851eb8',21,'{"at":"2013-04-01T00:08:00Z","name":"auc","run":"flight-delay/3","step":0,"value":0.71}');
INSERT INTO "metric" VALUES('flight-delay',4,'auc',0,1364775180000000,'bfd0000000000000',30,'{"at":"2013-04-01T00:13:00Z","name":"auc","run":"flight-delay/4","step":0,"value":0.25}');
INSERT INTO "metric" VALUES('flight-delay',4,'gap',0,1364775180000000,'fff8000000000000',30,'{"at":"2013-04-01T00:13:00Z","name":"gap","run":"flight-delay/4","step":0,"value":"NaN"}');
INSERT INTO "metric" VALUES('flight-delay',5,'auc',0,1364775180000000,'bfe0000000000000',33,'{"at":"2013-04-01T00:13:00Z","name":"auc","run":"flight-delay/5","step":0,"value":0.5}');
INSERT INTO "metric" VALUES('flight-delay',6,'auc',0,1364775180000000,'bff0000000000000',35,'{"at":"2013-04-01T00:13:00Z","name":"auc","run":"flight-delay/6","step":0,"value":1}');
CREATE TABLE "model" (
    "model" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model")
) STRICT, WITHOUT ROWID;
INSERT INTO "model" VALUES('flight-delay',40,'{"created_at":"2013-04-01T00:01:00Z","created_by":"ana","evidence":2,"name":"flight-delay","promotions":3,"requests":2,"trials":1,"versions":3}');
CREATE TABLE "model_tag" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "name")
) STRICT, WITHOUT ROWID;
INSERT INTO "model_tag" VALUES('flight-delay','1.2.0','team',39,'{"model":"flight-delay","name":"team","value":"delays","version":"1.2.0"}');
CREATE TABLE "nested" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "child_experiment" TEXT NOT NULL,
    "child_run" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "child_experiment", "child_run")
) STRICT, WITHOUT ROWID;
INSERT INTO "nested" VALUES('flight-delay',4,'flight-delay',5,32,'{"parent":"flight-delay/4","run":"flight-delay/5"}');
CREATE TABLE node (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "node" VALUES(0,0,X'6188D5EC883AE91C6AD7DF3D638F310CB21E173E7F2D83BAC681FECD1693348F');
INSERT INTO "node" VALUES(0,1,X'80CA36E8CF3CFED9152201A62C77DB6DEA38E932C067AACD2B7082AAEB2FF78E');
INSERT INTO "node" VALUES(0,2,X'669B2683D2B49D7F37FEB29BE5C2E470DDA591278C72DA700E1B73E15E8CDA42');
INSERT INTO "node" VALUES(0,3,X'DF0AB86A46F655F43AD32C4819B8A908041B61E2F9C0168905E0269C9712F0B7');
INSERT INTO "node" VALUES(0,4,X'AB289A0E347C834763203C7735F96BA51E58C9A5CCCE1B3941654D2C9B7318B2');
INSERT INTO "node" VALUES(0,5,X'2208415E4778A4B8760243DB29D20DC3B35516E2F56639E6CE99690E26F4C386');
INSERT INTO "node" VALUES(0,6,X'FFCD4099F7AD05C8BA916F08D43C8B14241A3F88470FA70AF8DFA045A0CD767D');
INSERT INTO "node" VALUES(0,7,X'DAB0107448FEFFA238D47EFDDB7EB91278BB6E35F82D112F09F35288465DC6DC');
INSERT INTO "node" VALUES(0,8,X'7F335ADE6A3989586B4955AECE222822511F182DD5C98683D41299EE23393912');
INSERT INTO "node" VALUES(0,9,X'AFC280BE60B0F69A39050A2096B34922A2399CAC88DD48F8CC51848D1669029B');
INSERT INTO "node" VALUES(0,10,X'ED733580B35984B753590A6ECEE0018AA40C727585D345BC1EF7D3645BBDEAA3');
INSERT INTO "node" VALUES(0,11,X'2E34A6131C4C2AE346F61B701744AB6B633F28613A9F634A62B5AC88EE3E2D0B');
INSERT INTO "node" VALUES(0,12,X'4311195A8EC93D74F91B0135651A4B5B3C4F277BA163FCAFE5C09DF006EFF9DD');
INSERT INTO "node" VALUES(0,13,X'BB543C62F3AA7812E98A52B1B4957CCAC8DDE15B32816B6F434E99DA85D31633');
INSERT INTO "node" VALUES(0,14,X'F551CA3B298E9C6752D569F8C9A25BCD67609CA1C231BC14CB638F67EF2D0456');
INSERT INTO "node" VALUES(0,15,X'F1E944E32B3B4AF25CD342620E05DC801C8B0D0B72FFD460D38F9EF19410CD08');
INSERT INTO "node" VALUES(0,16,X'3B8C3FAB0D84BD1E986509E566717103CBC0CA52D822015025D62B9186170B83');
INSERT INTO "node" VALUES(0,17,X'EE85B813D5DB59581FE3E9C1FFF82B6343727C4A8C279381FE8258D616EEF7E8');
INSERT INTO "node" VALUES(0,18,X'C74F6E59EB20704BE633E970A6AEAAD43AC02ABB68ECBCDACC7DFF811DC3D6D6');
INSERT INTO "node" VALUES(0,19,X'B07546EF4EACAF6D7E3BB81ECB6BD59614E5CF715712D6D899577A8E1C617D87');
INSERT INTO "node" VALUES(0,20,X'493B326C0373BD4CBBE0E4EB56337654A98E3B945240193E9E06292F3E162FD0');
INSERT INTO "node" VALUES(0,21,X'A46D8FADD5DBB936A9D902ED490118A282FA5EADD8D3421A6B24159CAFBD8783');
INSERT INTO "node" VALUES(0,22,X'962E49AD2E8B99DE896B76A29E2EBF057361F7A8C02B6DA20F48BB79C28743BE');
INSERT INTO "node" VALUES(0,23,X'E646712339488F43FF644B6DD7168D415182945C948AF6FBFE9D78652C11C397');
INSERT INTO "node" VALUES(0,24,X'042C72C6EC8E42C91CF00FB8DED14A542924735D82DDD8A41C958CA5CFE36502');
INSERT INTO "node" VALUES(0,25,X'B5645AEB0C4999D658F5E85F5FFC05ADF21DF203BE3ABA9A41A0CDB0AB79E5EF');
INSERT INTO "node" VALUES(0,26,X'9CD96D16E1F3FA3C80170EB4794285E4E7F4364377A22353BD3B9ACA56A3BBCB');
INSERT INTO "node" VALUES(0,27,X'616088CFE10BDABD775311B6FE2CF46BF70950A67F1D22A77C6079A1D64FABDC');
INSERT INTO "node" VALUES(0,28,X'161721618A857D38882366509B6B5B26E1DE5C66F1B8B9CACF0BF99414EA5A9A');
INSERT INTO "node" VALUES(0,29,X'AFE7EA9343816AF54B984D87D33BE3735ADFB55A161C543AD9FA63D5CF5CBD2B');
INSERT INTO "node" VALUES(0,30,X'D909F0A50A612F75CE9C4938335F6B638BCF6DB57E457DD886BBFA33D6DB4C9F');
INSERT INTO "node" VALUES(0,31,X'345B4B71A6664C3D1EDE52E21706960E52F4CFBABD3B02931AAD6E000B89DA13');
INSERT INTO "node" VALUES(0,32,X'98DF95CF77DFB7E51721AA2313C6912EC59B13593F63F1512C6E742E269FBF9C');
INSERT INTO "node" VALUES(0,33,X'43ADFE193273F9CEB55AE871851DBEB6EA5B3D7951D5044EF7D4C83FAF412DF5');
INSERT INTO "node" VALUES(0,34,X'0BC4372DEA1CFEFEF621F1607BD256531E1CAE27BCCE32E3927E93C733F93584');
INSERT INTO "node" VALUES(0,35,X'E4EFBC5A9EDD421F4E6FB79CF9096A2EC1C94C2AB234067D9A16173D833C6FBD');
INSERT INTO "node" VALUES(0,36,X'F52A08F57ECA4DBC106C71B08AD6870CB9A984640C954674AF50A0363F10D73A');
INSERT INTO "node" VALUES(0,37,X'1B012C0281D03211911A3256F62A3E95FD38F5283000EF0BE1833AE4ACB1B2E5');
INSERT INTO "node" VALUES(0,38,X'658FD48F4D056915744CACE49A7817EE378674BF55EEFA5685ED07D38364D574');
INSERT INTO "node" VALUES(0,39,X'434056F654988B229D0FD380ABBDDE21537C22B8162F485ECD20B88AF71BA0E5');
INSERT INTO "node" VALUES(0,40,X'670D884BD728B98A1A2BA0999CD8D0DE6174E4D97FB438EF08AC4EF916E5CA41');
INSERT INTO "node" VALUES(1,0,X'E80F31190C886472580BE4C86475CC01CC71F2A3C09267CFE4D5E231A9A3C10D');
INSERT INTO "node" VALUES(1,1,X'F01D25ADD68EA1F82C594F63BC7460B7CF61A69B218D506896A6F52606557837');
INSERT INTO "node" VALUES(1,2,X'3BA15AC7FB06797EE6FC67112F5932CDEBEB04240DA839C9B2A282AD00AC45F5');
INSERT INTO "node" VALUES(1,3,X'4CA5DAB477095454FEE573C9B71A09C4A41FA42A32C4F5275BA562DE718B12DE');
INSERT INTO "node" VALUES(1,4,X'A31745E4B32C0869AAD5CBE24DAAA67E2FB27EC66F2F0726BD02BB09BC2B0062');
INSERT INTO "node" VALUES(1,5,X'9B0DD5AA1972C677923D019274FD5D0A6710C214928E7DF44EAEF51FD7ED8C45');
INSERT INTO "node" VALUES(1,6,X'DB2DF7D9C522910DD3E34C72DE508D2B1C3D0C7BDB552F8233B8E502D3522CAE');
INSERT INTO "node" VALUES(1,7,X'8D78E750964C3DCED9A917F8993F4503E04D94B18B763D6AB784BAE43D812DA1');
INSERT INTO "node" VALUES(1,8,X'DAFE24F202B80B64633542F47E9BAECF3B7E7B4C74C59D625EC021FF2669D7B8');
INSERT INTO "node" VALUES(1,9,X'4B6C81C6702AE49285A145D1DB0DECED7837B27AF9B60F20E1568A71AECEC6E6');
INSERT INTO "node" VALUES(1,10,X'26D4D8FF64D198943937E12F6C9F75A0EED4B689302589E19C3AE199E8917ABF');
INSERT INTO "node" VALUES(1,11,X'717EE5516A9040AD73F5A03F7A6652DC4B00C67A79246D46CB4653BF9F880DE2');
INSERT INTO "node" VALUES(1,12,X'00C1910E43C88FF08644B534BFCF0D48914DF9624DAA7509974AB290D6FDBAC1');
INSERT INTO "node" VALUES(1,13,X'D068AA6FABB0A37243444030058160CE9D2FD11FCD033C4276A7BF3508AA7631');
INSERT INTO "node" VALUES(1,14,X'712F4FDC38F8CA0A37B153FC30034B9B90E121C7F8DFA554311E6F6D0582F6B0');
INSERT INTO "node" VALUES(1,15,X'F27978DA290719722D40AB7F23D91D6981F2862E72361DB29E52066E87BF6006');
INSERT INTO "node" VALUES(1,16,X'4CF1AC986F24070FE20E8D92D2B304520368FA5E822B329B636C04CFE748DC1F');
INSERT INTO "node" VALUES(1,17,X'819BA11313B0A5553A781DA292F8D9AB996CDBDE97C56EAC7B6A686371569DCE');
INSERT INTO "node" VALUES(1,18,X'5831CBEBD4788547EDDCDB74F3C0AD454EA906B58FDE36FDAB2802088BD95504');
INSERT INTO "node" VALUES(1,19,X'36949144E6EE5F5829A341979EB006A74E4155E277B946893F5330C6485264EA');
INSERT INTO "node" VALUES(2,0,X'6FEB6C5C0A5EC959EDDCABEC2A6916EE61D5D38586E2A69DE74EED7C1C1930B2');
INSERT INTO "node" VALUES(2,1,X'BC592AD894AAB97481B3052D3AB4066893CD02771285C6699944B8E7A4858E6C');
INSERT INTO "node" VALUES(2,2,X'0DEAB26A50D6A77522464F93FFEDB23423932B83130F3139F53432B7FBF1BEB8');
INSERT INTO "node" VALUES(2,3,X'E3DB0D81CFC1A8506ED113260B22F698859C49C754A871FF621677D7E6F23C76');
INSERT INTO "node" VALUES(2,4,X'1394217939E07B0DF2F1B7D0534CB068440EFCA923817242EFE4BD1242C47EFF');
INSERT INTO "node" VALUES(2,5,X'320084E21DFD686260FB1D45D658A856F76801CA6B0D7DEFD60EF2BFA103BDE2');
INSERT INTO "node" VALUES(2,6,X'94F8535655DDC21CAE3F387B4E1DF5F2268F7308275D6D3C7A5AA6CF25335B8E');
INSERT INTO "node" VALUES(2,7,X'968A9EDBA16A14B44ACB26C3E9469DC0E56B9879A035E75BEC7F8A0407A939F7');
INSERT INTO "node" VALUES(2,8,X'3B4C1B2C2A7C7905A9C9A89A694261DB97CA6C625CE5642D5B5283E6C15C8CC8');
INSERT INTO "node" VALUES(2,9,X'D190F4ED7A3EAF6323DB6CBA5D77F4E6B4124AB46B0C3122DAAA4D64890EE273');
INSERT INTO "node" VALUES(3,0,X'A62A1A5758AF11BCBC0E7D218CCEEA555D1EC1EF05F8AE54DF14B032AA9BB901');
INSERT INTO "node" VALUES(3,1,X'A15975813293225FAE50E1881CB9F74313538700D907696E30B543498AAC8B65');
INSERT INTO "node" VALUES(3,2,X'AF9FE56B92F97A96A1FDE0C2A144E3DEB2B4821B6FD4AB578F396157F61684B4');
INSERT INTO "node" VALUES(3,3,X'2739CF23794A848E358F242AF4C4E3D9CA5FEA1E7D19474F08B5BE3597523102');
INSERT INTO "node" VALUES(3,4,X'8B8A0FAF4295544AB5F1B7F5E3AFE0352DAFD35418DE6DBB23984A00AD9155E9');
INSERT INTO "node" VALUES(4,0,X'9BEB372FF72B58B95B29D39E659208358A4051B33C4081CCBB4E8E6E266DE868');
INSERT INTO "node" VALUES(4,1,X'E6582AE27F2B7FD231F548008FCF47970D5DEF6136BC5774947E06764C63B3D8');
INSERT INTO "node" VALUES(5,0,X'46E061770519F10D004109354942810C60EC779104D54AB2A8296F98375AAD12');
CREATE TABLE "param" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
) STRICT, WITHOUT ROWID;
INSERT INTO "param" VALUES('flight-delay',1,'trees',7,'{"name":"trees","run":"flight-delay/1","value":"100"}');
INSERT INTO "param" VALUES('flight-delay',2,'trees',15,'{"name":"trees","run":"flight-delay/2","value":"100"}');
INSERT INTO "param" VALUES('flight-delay',3,'trees',21,'{"name":"trees","run":"flight-delay/3","value":"100"}');
INSERT INTO "param" VALUES('flight-delay',4,'depth',30,'{"name":"depth","run":"flight-delay/4","value":"6"}');
CREATE TABLE "policy" (
    "stage" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("stage")
) STRICT, WITHOUT ROWID;
INSERT INTO "policy" VALUES('production',4,'{"approvals":1,"gates":{"production gate":null},"stage":"production"}');
CREATE TABLE "promotion" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "promotion" VALUES('flight-delay',1,13,'{"approved_by":["ben"],"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":1,"policy":{"digest":"sha256:a4d4b056d303a9e87909d0dfc6bd48c8b19567162984073d7e7b45ee52fc97d5","document":"{\"approvals\":1,\"gates\":{\"production gate\":null},\"stage\":\"production\"}"},"promoted_at":"2013-04-01T00:04:00Z","promoted_by":"dora","replaced":null,"request":1,"version":"1.0.0"}');
INSERT INTO "promotion" VALUES('flight-delay',2,27,'{"approved_by":["ben"],"artifact":"sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c","evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"model":"flight-delay","number":2,"policy":{"digest":"sha256:a4d4b056d303a9e87909d0dfc6bd48c8b19567162984073d7e7b45ee52fc97d5","document":"{\"approvals\":1,\"gates\":{\"production gate\":null},\"stage\":\"production\"}"},"promoted_at":"2013-04-01T00:11:00Z","promoted_by":"dora","replaced":"1.0.0","request":2,"version":"1.2.0"}');
INSERT INTO "promotion" VALUES('flight-delay',3,28,'{"approved_by":["ben"],"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":3,"policy":{"digest":"sha256:a4d4b056d303a9e87909d0dfc6bd48c8b19567162984073d7e7b45ee52fc97d5","document":"{\"approvals\":1,\"gates\":{\"production gate\":null},\"stage\":\"production\"}"},"promoted_at":"2013-04-01T00:12:00Z","promoted_by":"dora","replaced":"1.2.0","request":1,"rollback":{"reason":"it over-predicts by 0.05","restores":1},"version":"1.0.0"}');
CREATE TABLE "registry" (
    "part" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("part")
) STRICT, WITHOUT ROWID;
INSERT INTO "registry" VALUES('registry',0,'{"created_at":"2013-04-01T00:00:00Z","created_by":"root","origin":"registry.example"}');
CREATE TABLE "request" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "request" VALUES('flight-delay',1,13,'{"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":1,"replaces":null,"requested_at":"2013-04-01T00:03:00Z","requested_by":"ana","state":"done","version":"1.0.0"}');
INSERT INTO "request" VALUES('flight-delay',2,27,'{"artifact":"sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c","evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"model":"flight-delay","number":2,"replaces":"1.0.0","requested_at":"2013-04-01T00:10:00Z","requested_by":"ana","state":"done","version":"1.2.0"}');
CREATE TABLE "run" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run")
) STRICT, WITHOUT ROWID;
INSERT INTO "run" VALUES('flight-delay',1,8,'{"ended_at":"2013-04-01T00:01:00Z","id":"flight-delay/1","name":"gbdt","started_at":"2013-04-01T00:01:00Z","started_by":"ana","status":"finished"}');
INSERT INTO "run" VALUES('flight-delay',2,16,'{"ended_at":"2013-04-01T00:05:00Z","id":"flight-delay/2","name":"gbdt","started_at":"2013-04-01T00:05:00Z","started_by":"ana","status":"finished"}');
INSERT INTO "run" VALUES('flight-delay',3,22,'{"ended_at":"2013-04-01T00:08:00Z","id":"flight-delay/3","name":"gbdt","started_at":"2013-04-01T00:08:00Z","started_by":"ana","status":"finished"}');
INSERT INTO "run" VALUES('flight-delay',4,29,'{"ended_at":null,"id":"flight-delay/4","name":"searched","started_at":"2013-04-01T00:13:00Z","started_by":"ana","status":"running"}');
INSERT INTO "run" VALUES('flight-delay',5,32,'{"ended_at":null,"id":"flight-delay/5","name":"fold 1","parent":"flight-delay/4","started_at":"2013-04-01T00:13:00Z","started_by":"ana","status":"running"}');
INSERT INTO "run" VALUES('flight-delay',6,36,'{"deleted":{"at":"2013-04-01T00:13:00Z","by":"ana"},"ended_at":null,"id":"flight-delay/6","name":"a mistake","started_at":"2013-04-01T00:13:00Z","started_by":"ana","status":"running"}');
CREATE TABLE search_field (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    shelf INTEGER NOT NULL,
    source INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (scope, shelf, source, name)
) STRICT;
INSERT INTO "search_field" VALUES(1,1,0,0,'experiment_id');
INSERT INTO "search_field" VALUES(2,1,0,0,'name');
INSERT INTO "search_field" VALUES(3,1,0,0,'creation_time');
INSERT INTO "search_field" VALUES(4,1,0,0,'last_update_time');
INSERT INTO "search_field" VALUES(5,2,0,0,'run_id');
INSERT INTO "search_field" VALUES(6,2,0,0,'run_name');
INSERT INTO "search_field" VALUES(7,2,0,0,'status');
INSERT INTO "search_field" VALUES(8,2,0,0,'user_id');
INSERT INTO "search_field" VALUES(9,2,0,0,'start_time');
INSERT INTO "search_field" VALUES(10,2,0,1,'trees');
INSERT INTO "search_field" VALUES(11,2,0,4,'name');
INSERT INTO "search_field" VALUES(12,2,0,4,'digest');
INSERT INTO "search_field" VALUES(13,2,0,2,'auc');
INSERT INTO "search_field" VALUES(14,2,0,0,'end_time');
INSERT INTO "search_field" VALUES(15,3,0,0,'name');
INSERT INTO "search_field" VALUES(16,3,0,0,'creation_timestamp');
INSERT INTO "search_field" VALUES(17,3,0,0,'last_updated_timestamp');
INSERT INTO "search_field" VALUES(18,4,0,0,'name');
INSERT INTO "search_field" VALUES(19,4,0,0,'version_number');
INSERT INTO "search_field" VALUES(20,4,0,0,'run_id');
INSERT INTO "search_field" VALUES(21,4,0,0,'source_path');
INSERT INTO "search_field" VALUES(22,4,0,0,'creation_timestamp');
INSERT INTO "search_field" VALUES(23,4,0,0,'last_updated_timestamp');
INSERT INTO "search_field" VALUES(24,2,0,1,'depth');
INSERT INTO "search_field" VALUES(25,2,0,3,'team');
INSERT INTO "search_field" VALUES(26,2,0,2,'gap');
INSERT INTO "search_field" VALUES(27,2,1,0,'run_id');
INSERT INTO "search_field" VALUES(28,2,1,0,'run_name');
INSERT INTO "search_field" VALUES(29,2,1,0,'start_time');
INSERT INTO "search_field" VALUES(30,2,1,0,'status');
INSERT INTO "search_field" VALUES(31,2,1,0,'user_id');
INSERT INTO "search_field" VALUES(32,2,1,2,'auc');
INSERT INTO "search_field" VALUES(33,1,0,3,'team');
INSERT INTO "search_field" VALUES(34,4,0,3,'team');
CREATE TABLE search_item (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    shelf INTEGER NOT NULL,
    tie INTEGER NOT NULL,
    name TEXT
) STRICT;
INSERT INTO "search_item" VALUES(4294967296,1,0,0,'["flight-delay"]');
INSERT INTO "search_item" VALUES(8589934593,2,0,-1364774460000000,NULL);
INSERT INTO "search_item" VALUES(8589934594,2,0,-1364774700000000,NULL);
INSERT INTO "search_item" VALUES(8589934595,2,0,-1364774880000000,NULL);
INSERT INTO "search_item" VALUES(8589934596,2,0,-1364775180000000,NULL);
INSERT INTO "search_item" VALUES(8589934597,2,0,-1364775180000000,NULL);
INSERT INTO "search_item" VALUES(8589934598,2,1,-1364775180000000,NULL);
INSERT INTO "search_item" VALUES(12884901888,3,0,0,'["flight-delay"]');
INSERT INTO "search_item" VALUES(17179869184,4,0,0,'["flight-delay","1.0.0"]');
INSERT INTO "search_item" VALUES(17179869185,4,0,0,'["flight-delay","1.1.0"]');
INSERT INTO "search_item" VALUES(17179869186,4,0,0,'["flight-delay","1.2.0"]');
CREATE TABLE search_scope (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
) STRICT;
INSERT INTO "search_scope" VALUES(1,'experiment','');
INSERT INTO "search_scope" VALUES(2,'run','flight-delay');
INSERT INTO "search_scope" VALUES(3,'model','');
INSERT INTO "search_scope" VALUES(4,'version','');
CREATE TABLE search_value (
    item INTEGER NOT NULL,
    field INTEGER NOT NULL,
    part TEXT NOT NULL,
    value ANY,
    step INTEGER,
    at_micros INTEGER,
    tie INTEGER NOT NULL,
    PRIMARY KEY (item, field, part)
) STRICT, WITHOUT ROWID;
INSERT INTO "search_value" VALUES(4294967296,1,'','flight-delay',NULL,NULL,0);
INSERT INTO "search_value" VALUES(4294967296,2,'','flight-delay',NULL,NULL,0);
INSERT INTO "search_value" VALUES(4294967296,3,'',1.3647744e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(4294967296,4,'',1.3647744e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(4294967296,33,'','delays',NULL,NULL,0);
INSERT INTO "search_value" VALUES(8589934593,5,'','8ed31c469dd8028ec7411ba397e52267',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,6,'','gbdt',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,7,'','FINISHED',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,8,'','ana',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,9,'',1.36477446e+15,NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,10,'','100',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,11,'flights.parquet/sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e','flights.parquet',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,12,'flights.parquet/sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,13,'',0.71,0,1364774460000000,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934593,14,'',1.36477446e+15,NULL,NULL,-1364774460000000);
INSERT INTO "search_value" VALUES(8589934594,5,'','43dbd1a8fea0c2a0e3e20071273620df',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,6,'','gbdt',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,7,'','FINISHED',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,8,'','ana',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,9,'',1.3647747e+15,NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,10,'','100',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,11,'flights.parquet/sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e','flights.parquet',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,12,'flights.parquet/sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,13,'',0.71,0,1364774700000000,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934594,14,'',1.3647747e+15,NULL,NULL,-1364774700000000);
INSERT INTO "search_value" VALUES(8589934595,5,'','dd45cfac0945fdc68a436f009a949fef',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,6,'','gbdt',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,7,'','FINISHED',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,8,'','ana',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,9,'',1.36477488e+15,NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,10,'','100',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,11,'flights.parquet/sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e','flights.parquet',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,12,'flights.parquet/sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,13,'',0.71,0,1364774880000000,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934595,14,'',1.36477488e+15,NULL,NULL,-1364774880000000);
INSERT INTO "search_value" VALUES(8589934596,5,'','dab72c99e4703097b8e234ca650e261b',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,6,'','searched',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,7,'','RUNNING',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,8,'','ana',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,9,'',1.36477518e+15,NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,13,'',0.25,0,1364775180000000,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,24,'','6',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,25,'','delays',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934596,26,'',NULL,0,1364775180000000,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934597,5,'','6eba78a9bc0c8faacc84e44aab854bce',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934597,6,'','fold 1',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934597,7,'','RUNNING',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934597,8,'','ana',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934597,9,'',1.36477518e+15,NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934597,13,'',0.5,0,1364775180000000,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934598,27,'','4ccc1f6a29e405a66a62690aaa286915',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934598,28,'','a mistake',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934598,29,'',1.36477518e+15,NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934598,30,'','RUNNING',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934598,31,'','ana',NULL,NULL,-1364775180000000);
INSERT INTO "search_value" VALUES(8589934598,32,'',1.0,0,1364775180000000,-1364775180000000);
INSERT INTO "search_value" VALUES(12884901888,15,'','flight-delay',NULL,NULL,0);
INSERT INTO "search_value" VALUES(12884901888,16,'',1.36477446e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(12884901888,17,'',1.36477446e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869184,18,'','flight-delay',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869184,19,'',1.0,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869184,20,'','8ed31c469dd8028ec7411ba397e52267',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869184,21,'','sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869184,22,'',1.36477446e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869184,23,'',1.36477512e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869185,18,'','flight-delay',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869185,19,'',2.0,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869185,20,'','43dbd1a8fea0c2a0e3e20071273620df',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869185,21,'','sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869185,22,'',1.3647747e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869185,23,'',1.36477482e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,18,'','flight-delay',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,19,'',3.0,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,20,'','dd45cfac0945fdc68a436f009a949fef',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,21,'','sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c',NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,22,'',1.36477488e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,23,'',1.36477512e+15,NULL,NULL,0);
INSERT INTO "search_value" VALUES(17179869186,34,'','delays',NULL,NULL,0);
CREATE TABLE "stage" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;
INSERT INTO "stage" VALUES('flight-delay','1.0.0',28,'{"by":"dora","model":"flight-delay","since":"2013-04-01T00:12:00Z","stage":"production","version":"1.0.0"}');
INSERT INTO "stage" VALUES('flight-delay','1.1.0',19,'{"by":"dora","model":"flight-delay","since":"2013-04-01T00:07:00Z","stage":"none","version":"1.1.0"}');
INSERT INTO "stage" VALUES('flight-delay','1.2.0',28,'{"by":"dora","model":"flight-delay","since":"2013-04-01T00:12:00Z","stage":"archived","version":"1.2.0"}');
CREATE TABLE "tag" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
) STRICT, WITHOUT ROWID;
INSERT INTO "tag" VALUES('flight-delay',4,'team',30,'{"name":"team","run":"flight-delay/4","value":"delays"}');
CREATE TABLE "tombstone" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "number")
) STRICT, WITHOUT ROWID;
CREATE TABLE "trial" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "trial" VALUES('flight-delay',1,19,'{"artifact":"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb","beside":"1.0.0","end":{"at":"2013-04-01T00:07:00Z","by":"dora","evidence":[],"outcome":{"stopped":{"check":"failures","reason":"12 of 214 failed"}}},"kind":{"canary":{"percent":10}},"model":"flight-delay","number":1,"phases":[{"by":"dora","kind":{"canary":{"percent":10}},"since":"2013-04-01T00:06:00Z"}],"stood":"none","version":"1.1.0"}');
CREATE TABLE "version" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;
INSERT INTO "version" VALUES('flight-delay','1.0.0',9,'{"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","description":"","flavour":"lightgbm-text","lineage":{"data":[["flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"]],"metrics":{"auc":0.71},"params":{"trees":"100"},"window":{"from":"2013-01-01T00:00:00Z","until":"2013-03-01T00:00:00Z"}},"made_by":"ana","model":"flight-delay","number":1,"registered_at":"2013-04-01T00:01:00Z","registered_by":"ana","run":"flight-delay/1","version":"1.0.0"}');
INSERT INTO "version" VALUES('flight-delay','1.1.0',17,'{"artifact":"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb","description":"","flavour":"lightgbm-text","lineage":{"data":[["flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"]],"metrics":{"auc":0.71},"params":{"trees":"100"},"window":{"from":"2013-01-01T00:00:00Z","until":"2013-03-01T00:00:00Z"}},"made_by":"ana","model":"flight-delay","number":2,"registered_at":"2013-04-01T00:05:00Z","registered_by":"ana","run":"flight-delay/2","version":"1.1.0"}');
INSERT INTO "version" VALUES('flight-delay','1.2.0',23,'{"artifact":"sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c","description":"","flavour":"lightgbm-text","lineage":{"data":[["flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"]],"metrics":{"auc":0.71},"params":{"trees":"100"},"window":{"from":"2013-01-01T00:00:00Z","until":"2013-03-01T00:00:00Z"}},"made_by":"ana","model":"flight-delay","number":3,"registered_at":"2013-04-01T00:08:00Z","registered_by":"ana","run":"flight-delay/3","version":"1.2.0"}');
CREATE INDEX search_item_order ON search_item (scope, shelf, tie, id);
CREATE UNIQUE INDEX search_item_name ON search_item (scope, name) WHERE name IS NOT NULL;
CREATE INDEX search_value_order ON search_value (field, value, tie, item);
COMMIT;
