PRAGMA application_id = 1835822960;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE "alias" (
    "model" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "alias")
) STRICT, WITHOUT ROWID;
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
INSERT INTO "leaf" VALUES(5,'{"action":"experiment.create","actor":"ana","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:e2bbc7d51ce7afeadb58f41c1e44d2024963cbf6cfc08ed013d90fdb8ffc58eb","key":["flight-delay"],"kind":"experiment","was":null}],"sequence":5,"subject":"flight-delay"}');
INSERT INTO "leaf" VALUES(6,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:9a52cd54f93c1f18ae2aa627413e238042f8b1485994aefc0a48c4685580a311","key":["flight-delay",1],"kind":"run","was":null}],"sequence":6,"subject":"flight-delay/1"}');
INSERT INTO "leaf" VALUES(7,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:4865e5b13357b1e172c31e16461474be9ad3b5e819599c33e91527439799ebdb","key":["flight-delay",1,"trees"],"kind":"param","was":null},{"digest":"sha256:f6da174c111b6b87a5a5514c73f5bff7a01746f7ea276a87ee280ebf179f48b1","key":["flight-delay",1,"auc",0,1364774460000000,"bfe6b851eb851eb8"],"kind":"metric","was":null},{"digest":"sha256:43249afb9a037fa6409af94d39c0ef04b70fb3c6a7016a4da687cb12beb18633","key":["flight-delay",1,"flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"],"kind":"input","was":null}],"sequence":7,"subject":"flight-delay/1"}');
INSERT INTO "leaf" VALUES(8,'{"action":"run.end","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:cf517f0cb3a0609b5792e4c00246da6c7e06bcd36dc051ffb3ebe1bdad0d097d","key":["flight-delay",1],"kind":"run","was":6}],"sequence":8,"subject":"flight-delay/1 as finished"}');
INSERT INTO "leaf" VALUES(9,'{"action":"version.register","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:5f13e82e70289240ff9d2dacc5ec5629f4a3a3546aff55c9b356c7928c901135","key":["flight-delay"],"kind":"model","was":null},{"digest":"sha256:0013853cca0f9b200ce389395de826e5af8169f616506cd04190125e4db7686a","key":["flight-delay","1.0.0"],"kind":"version","was":null},{"digest":"sha256:6a13e1f95a524e39fbee42a0b0f32b1c1554df29993c8f742ecbc531a00eade3","key":["flight-delay","1.0.0"],"kind":"stage","was":null}],"sequence":9,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(10,'{"action":"evidence.record","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:02:00Z","changes":[{"digest":"sha256:f36012dafc72d4d28411c66dfc9fd78212a266f3c2d96be51fd7cf7ac6630fdb","key":["flight-delay"],"kind":"model","was":9},{"digest":"sha256:ac62d340123bb48e6a0d72638daaa43d92fb702831145ce3bcc8a9833a96cd3f","key":["flight-delay","1.0.0","sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"kind":"evidence","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":10,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(11,'{"action":"promotion.request","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:03:00Z","changes":[{"digest":"sha256:4b8fc9ddc41d6015ec89d96d9f708c144bd4500a69142956069c77a32a7e8618","key":["flight-delay"],"kind":"model","was":10},{"digest":"sha256:dfe79e0a6342fb10a34e23e7a71a663c42256845ef1b0604d0b0186872c6d600","key":["flight-delay",1],"kind":"request","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":11,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(12,'{"action":"promotion.approve","actor":"ben","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:03:00Z","changes":[{"digest":"sha256:bd6c07a0ff4c23a9270a5715b507907427982366d6bee6fcee2326c9b852a448","key":["flight-delay",1,"ben"],"kind":"approval","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":12,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(13,'{"action":"promotion.execute","actor":"dora","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:04:00Z","changes":[{"digest":"sha256:7dcef91b04f9e04dfeddbae7313b860a3f2beb5bb64dacc33fd737f395f4236f","key":["flight-delay",1],"kind":"request","was":11},{"digest":"sha256:af100e8f4b54cf05d0876c144bc72087fd4a9b27b1200011ab1bcb2702015956","key":["flight-delay"],"kind":"model","was":11},{"digest":"sha256:2abe9c963ee81fde6cf638d826b28e417a2c4d6b3c5070041c765b0d73797bb3","key":["flight-delay","1.0.0"],"kind":"stage","was":9},{"digest":"sha256:11fe29d0a18d4bc94ffea522e949655a786f2d5c2ecbc52d58c80c0083c9591c","key":["flight-delay","production"],"kind":"alias","was":null},{"digest":"sha256:d779e160a6b1822dc0a2146ea4548b07dc6a6b345362c655fce7014b440b73bd","key":["flight-delay",1],"kind":"promotion","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":13,"subject":"flight-delay/1.0.0"}');
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
INSERT INTO "leaf" VALUES(27,'{"action":"promotion.execute","actor":"dora","artifacts":["sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c"],"at":"2013-04-01T00:11:00Z","changes":[{"digest":"sha256:9180eb1540342c4d2bf12cb59dbd6031032bab2cd6fe630e7799dfe93f9a3132","key":["flight-delay",2],"kind":"request","was":25},{"digest":"sha256:3c6d1d8c0d208e5fc6bfd7e4fe4c2a94b5a27518ba91cb99f8f63ad9388f9983","key":["flight-delay"],"kind":"model","was":25},{"digest":"sha256:4f47e728302bac21239ed76f36f043ead3ae86f335e4745d73f8bafed9e897cd","key":["flight-delay","1.0.0"],"kind":"stage","was":13},{"digest":"sha256:884e5a8a0f234c5298db776e17ddc4334dac6d565efcf72cbe41cdde38b656f8","key":["flight-delay","1.2.0"],"kind":"stage","was":23},{"digest":"sha256:ddf02f428b215fdb4abb85520064cfa69d37dd10a20c0ef51131c0b1d64a2ad0","key":["flight-delay","production"],"kind":"alias","was":13},{"digest":"sha256:9a3efdf2e3265a6ad3500c1aa11f79f9229f06780750099ac9adc25f4f13136c","key":["flight-delay",2],"kind":"promotion","was":null}],"evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"sequence":27,"subject":"flight-delay/1.2.0"}');
INSERT INTO "leaf" VALUES(28,'{"action":"promotion.rollback","actor":"dora","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:12:00Z","changes":[{"digest":"sha256:6e07adda68d3547cdde5e23c3cfeed90112974b800d5bbd4502a23fe97da09e4","key":["flight-delay"],"kind":"model","was":27},{"digest":"sha256:e8e2929c49195f5973d40f4e05a5d923288f947f532aaaa01dab941811765574","key":["flight-delay","1.2.0"],"kind":"stage","was":27},{"digest":"sha256:add156e6ca141d067dba9f77d707336bbcf2870f9605b2bea99a12e282429db8","key":["flight-delay","1.0.0"],"kind":"stage","was":27},{"digest":"sha256:10e8040ad16a19ad46af258bf13ba1723c6ffed9d5c55f05d6d1bfab859e5fb2","key":["flight-delay","production"],"kind":"alias","was":27},{"digest":"sha256:781fdde3f69b9bc0218d053e17fb7861373a888fe8f366908a54470be07c2785","key":["flight-delay",3],"kind":"promotion","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"reason":"it over-predicts by 0.05","sequence":28,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(29,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:12:00Z","changes":[{"digest":"sha256:709017aa2636e0d8f1b8a57f18245a41efa05eb47406ca49e3a466d66b92df10","key":["flight-delay",4],"kind":"run","was":null}],"sequence":29,"subject":"flight-delay/4"}');
INSERT INTO "leaf" VALUES(30,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:12:00Z","changes":[{"digest":"sha256:f75fd3ceee6ce356ad3aa0d18e46b45db61089bf942c64a246a20de65e387a08","key":["flight-delay",4,"depth"],"kind":"param","was":null},{"digest":"sha256:a7b315c829e683650a0d295ec5248ace8af6414a194ff1e63993b1d1fdb6ed80","key":["flight-delay",4,"auc",0,1364775120000000,"bfd0000000000000"],"kind":"metric","was":null},{"digest":"sha256:61f7c30fc6ecb7f9709144cb7398992f8977ee38b0468d84acbbf1986c13181f","key":["flight-delay",4,"gap",0,1364775120000000,"fff8000000000000"],"kind":"metric","was":null},{"digest":"sha256:b2cd3539730c39b6781e9233149552bbb887fbe96e56feb82063b5b3d90eeeee","key":["flight-delay",4,"team"],"kind":"tag","was":null}],"sequence":30,"subject":"flight-delay/4"}');
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
INSERT INTO "metric" VALUES('flight-delay',4,'auc',0,1364775120000000,'bfd0000000000000',30,'{"at":"2013-04-01T00:12:00Z","name":"auc","run":"flight-delay/4","step":0,"value":0.25}');
INSERT INTO "metric" VALUES('flight-delay',4,'gap',0,1364775120000000,'fff8000000000000',30,'{"at":"2013-04-01T00:12:00Z","name":"gap","run":"flight-delay/4","step":0,"value":"NaN"}');
CREATE TABLE "model" (
    "model" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model")
) STRICT, WITHOUT ROWID;
INSERT INTO "model" VALUES('flight-delay',28,'{"created_at":"2013-04-01T00:01:00Z","created_by":"ana","evidence":2,"name":"flight-delay","promotions":3,"requests":2,"trials":1,"versions":3}');
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
INSERT INTO "node" VALUES(0,5,X'49996D8CB8579681C6F117F48A2A4CA914A1BCAD4BC062CE883F2A41E31C714B');
INSERT INTO "node" VALUES(0,6,X'FFCD4099F7AD05C8BA916F08D43C8B14241A3F88470FA70AF8DFA045A0CD767D');
INSERT INTO "node" VALUES(0,7,X'DAB0107448FEFFA238D47EFDDB7EB91278BB6E35F82D112F09F35288465DC6DC');
INSERT INTO "node" VALUES(0,8,X'7F335ADE6A3989586B4955AECE222822511F182DD5C98683D41299EE23393912');
INSERT INTO "node" VALUES(0,9,X'A10EF6D7E507FD24C1E34C16FD7D770E2ECE66E3EF3738A15450BBD7FEC8D363');
INSERT INTO "node" VALUES(0,10,X'ED733580B35984B753590A6ECEE0018AA40C727585D345BC1EF7D3645BBDEAA3');
INSERT INTO "node" VALUES(0,11,X'2E34A6131C4C2AE346F61B701744AB6B633F28613A9F634A62B5AC88EE3E2D0B');
INSERT INTO "node" VALUES(0,12,X'4311195A8EC93D74F91B0135651A4B5B3C4F277BA163FCAFE5C09DF006EFF9DD');
INSERT INTO "node" VALUES(0,13,X'49EB2774C229CCA92A4B0B90BE8DA00A528D92C5ACD6EF8EDC056C4AB52F164A');
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
INSERT INTO "node" VALUES(0,27,X'B83DD025DC2956859C08A7D0FFAE56BED69326C4F389F7534160BDF3617EC190');
INSERT INTO "node" VALUES(0,28,X'0C5EB0A1D9A43B1A0B6A56BAB4354E70D8BC50B24D138060E5DEBB30BD71DA93');
INSERT INTO "node" VALUES(0,29,X'8D40E6334408295E4EC1F88D16BB3BCB20A2C13751FF339D33EA54610269207A');
INSERT INTO "node" VALUES(0,30,X'D18A3248D34808D47CCE78E66A1DC834A0EFD99EA741820D9C1174C1A5EC5ED0');
INSERT INTO "node" VALUES(1,0,X'E80F31190C886472580BE4C86475CC01CC71F2A3C09267CFE4D5E231A9A3C10D');
INSERT INTO "node" VALUES(1,1,X'F01D25ADD68EA1F82C594F63BC7460B7CF61A69B218D506896A6F52606557837');
INSERT INTO "node" VALUES(1,2,X'63976F09115E673221E62B9F0455C60E9483198747F30FE205FA24D99BFEF66B');
INSERT INTO "node" VALUES(1,3,X'4CA5DAB477095454FEE573C9B71A09C4A41FA42A32C4F5275BA562DE718B12DE');
INSERT INTO "node" VALUES(1,4,X'57A8C4A609B0D743999D9B467AE77F452F4757689008876B51740D052DCB63BA');
INSERT INTO "node" VALUES(1,5,X'9B0DD5AA1972C677923D019274FD5D0A6710C214928E7DF44EAEF51FD7ED8C45');
INSERT INTO "node" VALUES(1,6,X'8E100D3F5F7F23BE46B1E750BF05A70F56E48CA717E1CF9BFE05D81FB7AC2B9D');
INSERT INTO "node" VALUES(1,7,X'8D78E750964C3DCED9A917F8993F4503E04D94B18B763D6AB784BAE43D812DA1');
INSERT INTO "node" VALUES(1,8,X'DAFE24F202B80B64633542F47E9BAECF3B7E7B4C74C59D625EC021FF2669D7B8');
INSERT INTO "node" VALUES(1,9,X'4B6C81C6702AE49285A145D1DB0DECED7837B27AF9B60F20E1568A71AECEC6E6');
INSERT INTO "node" VALUES(1,10,X'26D4D8FF64D198943937E12F6C9F75A0EED4B689302589E19C3AE199E8917ABF');
INSERT INTO "node" VALUES(1,11,X'717EE5516A9040AD73F5A03F7A6652DC4B00C67A79246D46CB4653BF9F880DE2');
INSERT INTO "node" VALUES(1,12,X'00C1910E43C88FF08644B534BFCF0D48914DF9624DAA7509974AB290D6FDBAC1');
INSERT INTO "node" VALUES(1,13,X'FA3090D4A4B89AC5D556E8ADB8176BFB555213D80A827ABAC473CD6997ABFD34');
INSERT INTO "node" VALUES(1,14,X'7F91255B3917FC9BAB042B2DE34D6987947AC6C5ED944978E2A65E7FE55E0E66');
INSERT INTO "node" VALUES(2,0,X'6FEB6C5C0A5EC959EDDCABEC2A6916EE61D5D38586E2A69DE74EED7C1C1930B2');
INSERT INTO "node" VALUES(2,1,X'DF70974FCA3509FE594D3FFFFF9EBD4AFCACE5DF815FCFF0A4292D8AF274B8D4');
INSERT INTO "node" VALUES(2,2,X'B344240237F2E7CD18F991F5F08AECF5C741A005A4B4608EB57FF89DC5D7EB34');
INSERT INTO "node" VALUES(2,3,X'B4F032B323411AE400090BB72CD35D48AEB991B39BFC8E2F52477A215B00449B');
INSERT INTO "node" VALUES(2,4,X'1394217939E07B0DF2F1B7D0534CB068440EFCA923817242EFE4BD1242C47EFF');
INSERT INTO "node" VALUES(2,5,X'320084E21DFD686260FB1D45D658A856F76801CA6B0D7DEFD60EF2BFA103BDE2');
INSERT INTO "node" VALUES(2,6,X'0694CABA8B62B5ACF41BAE34AF7AF91DB287928978BED981509ACDD7066672E6');
INSERT INTO "node" VALUES(3,0,X'DDA80E091B5637B648F3BD9556F129AA00D2E02914B9B5031FEDF80D026AC563');
INSERT INTO "node" VALUES(3,1,X'A26536B178A46F9351944A0C6B5DCD5F6E61B91431C44ED036599E462C3A6F74');
INSERT INTO "node" VALUES(3,2,X'AF9FE56B92F97A96A1FDE0C2A144E3DEB2B4821B6FD4AB578F396157F61684B4');
INSERT INTO "node" VALUES(4,0,X'F9FFBCB70CC5FF79BFCA9DAC56B958F8F75A163700A9FA44EA2D2CD41DFF436D');
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
INSERT INTO "promotion" VALUES('flight-delay',1,13,'{"approved_by":["ben"],"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":1,"promoted_at":"2013-04-01T00:04:00Z","promoted_by":"dora","replaced":null,"request":1,"version":"1.0.0"}');
INSERT INTO "promotion" VALUES('flight-delay',2,27,'{"approved_by":["ben"],"artifact":"sha256:bbd5d903ec0ebc57daa942d8eed091872591cb532418df7066ee2bc1e8e2f13c","evidence":["sha256:b8ed1f43ff498e7a863486b3dcba73d495c6755ae69827af4bce3fcc34c9d490"],"model":"flight-delay","number":2,"promoted_at":"2013-04-01T00:11:00Z","promoted_by":"dora","replaced":"1.0.0","request":2,"version":"1.2.0"}');
INSERT INTO "promotion" VALUES('flight-delay',3,28,'{"approved_by":["ben"],"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":3,"promoted_at":"2013-04-01T00:12:00Z","promoted_by":"dora","replaced":"1.2.0","request":1,"rollback":{"reason":"it over-predicts by 0.05","restores":1},"version":"1.0.0"}');
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
INSERT INTO "run" VALUES('flight-delay',4,29,'{"ended_at":null,"id":"flight-delay/4","name":"searched","started_at":"2013-04-01T00:12:00Z","started_by":"ana","status":"running"}');
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
COMMIT;
